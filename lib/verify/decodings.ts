import { longWords } from './long-words';

/** Bytes as they were before they were encoded. */
export interface Decoding {
  readonly name: 'UTF-16' | 'base64' | 'hex';
  readonly bytes: Buffer;
}

/** Some text, in which every other byte is zero. */
const UTF_16 = /(?:[\t\n\r -~]\0){16}/;

/** How many characters of base64 stand for whole bytes. */
const GROUP = 4;

/** Between the pairs of digits: colons, commas, blanks, or what comes before each in a C array or string. */
const GAP = String.raw`[\s:,]{0,50}(?:0x|\\x)?`;
const pairs = (digits: string): string => digits.replaceAll(' ', GAP);

/**
 * Hex from the start of DER (a sequence that begins with version 0 or 1) or of PEM on. What begins
 * anywhere would cost a look at every word that could be digits.
 */
const HEX_START = new RegExp(
  `${pairs('30 (?:8[12] .. (?:.. )?|.. )02 01 0[01]')}|${pairs('2d 2d 2d 2d 2d 42')}`,
  'gi',
);
/** More is read piece by piece: what a repetition may take back lies on a stack, which megabytes overflow. */
const HEX_PIECE = new RegExp(`(?:${GAP}[0-9a-f]{2}){1,4096}`, 'iy');
const NO_DIGIT = /0x|[^0-9a-f]/gi;

/** The fewest digits behind a start, of 24 bytes. */
const FEWEST_DIGITS = 48;

/**
 * What `bytes` may be the encoding of: UTF-16 in either order, base64 or base64url (RFC 4648,
 * sections 4 and 5), hex. Base64 may begin anywhere in what looks like it, so it is decoded from each
 * place at which its characters may fall into groups. Takes time linear to the bytes.
 *
 * @param text - `bytes` read as Latin-1
 */
export function* decodings(bytes: Buffer, text: string): Generator<Decoding> {
  if (bytes.includes(0) && UTF_16.test(text)) {
    for (const start of [0, 1]) {
      yield { name: 'UTF-16', bytes: Buffer.from(bytes.toString('utf16le', start), 'latin1') };
    }
  }
  const hex = hexDigits(text);
  if (hex !== '') yield { name: 'hex', bytes: Buffer.from(hex, 'hex') };
  // What is all digits and small letters is a digest or a path.
  const words = longWords(bytes).filter((word) => /[A-Z]/.test(word));
  if (words.length === 0) return;
  const groups = words.map((word) => word.padEnd(Math.ceil(word.length / GROUP) * GROUP, '-'));
  const joined = groups.join('');
  for (let start = 0; start < GROUP; start += 1) {
    yield { name: 'base64', bytes: Buffer.from(joined.slice(start), 'base64') };
  }
}

/** The digits of all that begins like a key in hex, put together. */
function hexDigits(text: string): string {
  const found: string[] = [];
  HEX_START.lastIndex = 0;
  for (let start = HEX_START.exec(text); start; start = HEX_START.exec(text)) {
    const pieces = [digitsOf(start[0])];
    let behind = 0;
    HEX_PIECE.lastIndex = HEX_START.lastIndex;
    for (let piece = HEX_PIECE.exec(text); piece; piece = HEX_PIECE.exec(text)) {
      const digits = digitsOf(piece[0]);
      pieces.push(digits);
      behind += digits.length;
      HEX_START.lastIndex = HEX_PIECE.lastIndex;
    }
    if (behind >= FEWEST_DIGITS) found.push(...pieces);
  }
  return found.join('');
}

const digitsOf = (text: string): string => text.replace(NO_DIGIT, '');
