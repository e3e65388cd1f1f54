const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = '='.charCodeAt(0);

/**
 * Base64 with padding (RFC 4648, section 4), from buffer to buffer: for bytes of which no string may be made,
 * since strings cannot be wiped.
 */
export function encodeBase64(bytes: Buffer): Buffer {
  const text = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, PADDING);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const [first = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    text[to] = sextet(first >> 2);
    text[to + 1] = sextet(((first & 0x03) << 4) | (second >> 4));
    if (at + 1 < bytes.length) text[to + 2] = sextet(((second & 0x0f) << 2) | (third >> 6));
    if (at + 2 < bytes.length) text[to + 3] = sextet(third & 0x3f);
  }
  return text;
}

const sextet = (bits: number): number => ALPHABET[bits] ?? PADDING;
