import fc from 'fast-check';
import { decodePem, encodePem } from '../../lib/x509/pem';

const BLOCK = encodePem(
  'CERTIFICATE',
  Buffer.from('some bytes that need more than one line of base64 here!'),
);
const lines = BLOCK.trimEnd().split('\n');

function refusal(text: string): { code: string; message: string; hint: string } {
  try {
    decodePem(text, 'certificate.pem');
  } catch (error) {
    return error as ReturnType<typeof refusal>;
  }
  throw new Error('was not refused');
}

describe('PEM', () => {
  it('gives back every block it wrote, in order, with text between them ignored', () => {
    const der = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const label = fc.constantFrom('CERTIFICATE', 'CERTIFICATE REQUEST', 'X509 CRL');
    const block = fc.record({ label, der });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 4 }), (blocks) => {
        const text = blocks
          .map(({ label: l, der: d }) => `subject=kes\n${encodePem(l, d)}`)
          .join('\n');
        expect(decodePem(text, 'x')).toEqual(blocks);
      }),
    );
  });

  it('is written in 64 columns with LF and a final newline', () => {
    expect(lines[1]).toHaveLength(64);
    expect(BLOCK).toMatch(/^-----BEGIN CERTIFICATE-----\n[^\r]*\n-----END CERTIFICATE-----\n$/);
  });

  it.each([
    ['CRLF', lines.join('\r\n')],
    ['CR', lines.join('\r')],
    ['a byte order mark', `\uFEFF${BLOCK}`],
    ['no final newline', lines.join('\n')],
    ['spaces at the ends of lines', lines.join('  \n')],
    ['one long base64 line', [lines[0], lines.slice(1, -1).join(''), lines.at(-1)].join('\n')],
  ])('is read with %s', (_, text) => {
    expect(decodePem(text, 'x')).toEqual(decodePem(BLOCK, 'x'));
  });

  it.each([
    ['an empty text', '', 'certificate.pem holds no PEM block', 'PEM begins with'],
    ['base64 of PEM', Buffer.from(BLOCK).toString('base64'), 'no PEM block', '`base64 -d`'],
    ['an indented block', BLOCK.replace(/^/gm, '    '), 'no PEM block', 'first column'],
    [
      'a lost END',
      lines.slice(0, -1).join('\n'),
      'cut off: BEGIN CERTIFICATE on line 1',
      'missing',
    ],
    ['a lost END before the next', `${lines[0] ?? ''}\n${BLOCK}`, 'cut off: BEGIN CERTIFICATE', ''],
    [
      'a lost BEGIN',
      lines.slice(1).join('\n'),
      'END CERTIFICATE on line 3 without a BEGIN',
      'missing',
    ],
    ['labels that differ', BLOCK.replace('END CERT', 'END OTHER CERT'), 'and ends OTHER CERT', ''],
    [
      'a changed character',
      BLOCK.replace(lines[1] ?? '', '!'),
      'line 1) that is not valid base64',
      '',
    ],
    ['an empty block', `${lines[0] ?? ''}\n${lines.at(-1) ?? ''}`, 'not valid base64', ''],
    ['a line cut short', BLOCK.replace('=', ''), 'not valid base64', ''],
    ['base64url', BLOCK.replace('c29t', '_-_-'), 'not valid base64', ''],
    ['headers', BLOCK.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), 'PEM headers', 'not allowed'],
    [
      'a JSON string',
      BLOCK.replaceAll('\n', '\\n'),
      'a broken BEGIN or END line (line 1)',
      'alone',
    ],
    [
      'UTF-16',
      Buffer.from(BLOCK, 'utf16le').toString('utf8'),
      'NUL characters, as UTF-16',
      'UTF-8',
    ],
    ['more than 1 MiB', `${BLOCK}${' '.repeat(1024 * 1024)}`, 'over 1 MiB', 'kilobytes'],
  ])('is refused with %s, and says so', (_, text, message, hint) => {
    const said = refusal(text);
    expect(said.code).toBe('PEM_INVALID');
    expect(said.message).toContain(message);
    expect(said.message).toMatch(/^certificate\.pem /);
    expect(said.hint).toContain(hint);
  });

  it('is never quoted in a refusal', () => {
    const secret = 'c2VjcmV0c2VjcmV0';
    const texts = ['!', ':', '-----BEGIN \n'].map(
      (bad) => `-----BEGIN PRIVATE KEY-----\n${secret}${bad}\n-----END PRIVATE KEY-----\n`,
    );
    for (const text of texts) {
      const { message, hint } = refusal(text);
      expect(message + hint).not.toContain(secret);
    }
  });

  it('is refused with PEM_INVALID or read, whatever the text', () => {
    const part = fc.constantFrom(
      '-----BEGIN ',
      '-----END ',
      'CERTIFICATE',
      '-----',
      '\n',
      'AAAA',
      ':',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string())), (parts) => {
        try {
          decodePem(parts.join(''), 'x');
        } catch (error) {
          expect(error).toMatchObject({ code: 'PEM_INVALID' });
        }
      }),
    );
  });
});
