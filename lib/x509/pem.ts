import { ReleafError } from '../model/errors';

/** One block of textual encoding (RFC 7468). */
export interface PemBlock {
  /** What stands behind `BEGIN`, such as `CERTIFICATE`. */
  readonly label: string;
  readonly der: Buffer;
}

const MAX_LENGTH = 1024 * 1024;
const BOUNDARY = /^-----(BEGIN|END) ([\x20-\x7e]{1,64})-----[ \t]*$/;

/**
 * Reads every PEM block of a text (RFC 7468, strict: canonical base64, no headers). Text outside the
 * blocks, CRLF and a byte order mark are allowed. No message quotes the content of a block.
 *
 * @param text - at most 1 MiB
 * @param what - names the text in messages, such as `certificate.pem`
 * @returns at least one block, in their order
 * @throws ReleafError `PEM_INVALID`
 */
export function decodePem(text: string, what: string): readonly PemBlock[] {
  const refuse = (problem: string, hint = ''): never => {
    throw new ReleafError('PEM_INVALID', `${what} ${problem}`, hint);
  };
  if (text.length > MAX_LENGTH)
    refuse('is over 1 MiB', 'a chain of certificates is a few kilobytes');
  if (text.includes('\0'))
    refuse('holds NUL characters, as UTF-16 does', 'save it as UTF-8 or ASCII');

  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly line: number; readonly body: string[] } | undefined;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const number = index + 1;
    const [, boundary, label = ''] = (line.startsWith('-----') ? BOUNDARY.exec(line) : null) ?? [];
    if (boundary === 'BEGIN') {
      if (open) refuse(cutOff(open), CUT_OFF_HINT);
      open = { label, line: number, body: [] };
    } else if (boundary === 'END') {
      if (!open) return refuse(`has END ${label} on line ${number} without a BEGIN`, CUT_OFF_HINT);
      if (open.label !== label) {
        refuse(`begins ${open.label} on line ${open.line} and ends ${label} on line ${number}`);
      }
      const der = decodeBase64(open.body.join(''));
      if (!der) return refuse(`has a block (${label}, line ${open.line}) that is not valid base64`);
      blocks.push({ label, der });
      open = undefined;
    } else if (line.startsWith('-----BEGIN ') || line.startsWith('-----END ')) {
      refuse(`has a broken BEGIN or END line (line ${number})`, 'it must stand alone on its line');
    } else if (open && line.includes(':')) {
      refuse(
        `has PEM headers in its block ${open.label} (line ${number})`,
        'headers are not allowed',
      );
    } else {
      open?.body.push(line.trim());
    }
  }
  if (open) refuse(cutOff(open), CUT_OFF_HINT);
  if (blocks.length === 0) refuse('holds no PEM block', hintForNone(text));
  return blocks;
}

/**
 * Writes one PEM block: 64 columns, LF, final newline (RFC 7468, section 2).
 *
 * @param label - such as `CERTIFICATE`
 */
export function encodePem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const CUT_OFF_HINT = 'part of it is missing: copy it again, whole';

function cutOff(block: { readonly label: string; readonly line: number }): string {
  return `is cut off: BEGIN ${block.label} on line ${block.line} has no END`;
}

function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function hintForNone(text: string): string {
  // Base64 of '-----B', as `kubectl get csr -o jsonpath='{.status.certificate}'` prints it.
  if (text.trimStart().startsWith('LS0tLS1'))
    return 'it is base64 of PEM: pipe it through `base64 -d`';
  if (text.includes('-----BEGIN ')) return 'BEGIN must stand in the first column of its line';
  return 'PEM begins with -----BEGIN …-----';
}
