import fc from 'fast-check';
import { ReleafError } from '../../lib/model/errors';
import { readCertificates } from '../../lib/x509/certificate';
import { readContents } from '../../lib/x509/certificate-contents';
import { readRequest } from '../../lib/x509/certificate-request';
import { decodePem, encodePem } from '../../lib/x509/pem';
import { vector, refusal } from './tools';

function expectReadOrRefused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ReleafError);
  }
}

const derOf = (name: string): Buffer => decodePem(vector(name), name)[0]!.der;

/** Any bytes of a good file overwritten, cut out or put in. */
const mutated = (names: readonly string[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ minLength: 1, maxLength: 4 })), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([name, changes]) =>
      changes.reduce((der, [where, cut, bytes]) => {
        const at = where % der.length;
        return Buffer.concat([der.subarray(0, at), bytes, der.subarray(at + cut)]);
      }, derOf(name)),
    );

const nested = (depth: number): Buffer =>
  Array.from({ length: depth }).reduce<Buffer>((inside) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(inside.length);
    return Buffer.concat([Buffer.of(0x30, 0x84), length, inside]);
  }, Buffer.alloc(0));

describe('hostile DER', () => {
  it('never crashes the reading of certificates', () => {
    const names = ['ec-certificate.pem', 'bmp-certificate.pem', 'ed25519-ca.pem'];
    fc.assert(
      fc.property(mutated(names), (der) => {
        expectReadOrRefused(() => readContents(der));
        expectReadOrRefused(() => {
          const [certificate] = readCertificates(encodePem('CERTIFICATE', der), 'x');
          const { subject, issuer, publicKeySha256, isCa, isSelfSigned } = certificate!;
          return [subject, issuer, publicKeySha256, isCa, isSelfSigned];
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('never crashes the reading of requests', () => {
    fc.assert(
      fc.property(
        mutated(['ec-request.pem', 'rsa-request.pem', 'p384-request.pem', 'ed25519-request.pem']),
        (der) => {
          expectReadOrRefused(() => readRequest(encodePem('CERTIFICATE REQUEST', der), 'x'));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['deep nesting', nested(5000)],
    [
      'half a million empty structures',
      Buffer.concat([Buffer.from('30830fffff', 'hex'), Buffer.alloc(0x0fffff, '3000', 'hex')]),
    ],
    ['a length of 4 GiB', Buffer.from('3084ffffffff3000', 'hex')],
    ['a length of 126 bytes', Buffer.from(`30fe${'ff'.repeat(126)}`, 'hex')],
    ['indefinite lengths', Buffer.from('3080'.repeat(40), 'hex')],
    ['an endless object identifier', Buffer.from(`300a0608${'ff'.repeat(8)}`, 'hex')],
  ])('of %s is refused quickly', (_, der) => {
    const start = performance.now();
    expect(() => readContents(der)).toThrow(refusal('CERTIFICATE_INVALID', ''));
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('that repeats an extension is refused', () => {
    const der = derOf('ec-certificate.pem');
    const [keyUsage, altName] = [
      Buffer.from('0603551d0f', 'hex'),
      Buffer.from('0603551d11', 'hex'),
    ];
    keyUsage.copy(der, der.indexOf(altName));
    expect(() => readContents(der)).toThrow('extension 2.5.29.15 comes twice');
  });

  it('with a control character in a name is refused', () => {
    const der = derOf('ec-certificate.pem');
    der.writeUInt8(0x1b, der.lastIndexOf('kes.example.com'));
    expect(() => readContents(der)).toThrow('not printable ASCII');
    const subject = derOf('ec-certificate.pem');
    subject.writeUInt8(0, subject.lastIndexOf('Example'));
    expect(() => readContents(subject)).toThrow('control character');
  });
});
