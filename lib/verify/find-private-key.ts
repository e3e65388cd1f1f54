import { decodings } from './decodings';
import { PRIVATE_KEY_FORMATS } from './private-key-formats';

/** Base64 in base64 in base64 in UTF-16; one more than anything is known to write. */
const MOST_ENCODINGS = 4;

/**
 * Whether bytes hold a private key in clear: PEM, DER (PKCS#8, PKCS#1, SEC 1), JWK, OpenSSH, what
 * `openssl pkey -text` prints or an age identity; as it is, or in base64, base64url, hex or UTF-16, also one
 * in another, on lines of 12 characters and more, indented or not. Encrypted keys do not count.
 *
 * Not found are a bare secret number, which is any 32 bytes; a key in an archive or compressed; and an
 * encoding that is broken up by more than blanks, such as the addresses of a hex dump.
 *
 * @returns the form in which it was found, as `PEM in base64`, or undefined
 */
export function findPrivateKey(bytes: Buffer): string | undefined {
  return formIn(bytes, MOST_ENCODINGS);
}

function formIn(bytes: Buffer, encodings: number): string | undefined {
  const text = bytes.toString('latin1');
  const format = PRIVATE_KEY_FORMATS.find(({ isIn }) => isIn(text));
  if (format) return format.name;
  if (encodings === 0) return undefined;
  for (const { name, bytes: decoded } of decodings(bytes, text)) {
    const form = formIn(decoded, encodings - 1);
    if (form !== undefined) return `${form} in ${name}`;
  }
  return undefined;
}
