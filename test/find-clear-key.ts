import { createPrivateKey } from 'node:crypto';
import type { Files } from './harness';

/** The characters of the base64 of `bytes` that are the same whatever stands before and behind. */
function base64Forms(bytes: Buffer): readonly Buffer[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(3)]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    return Buffer.from(text.slice(first, Math.floor(((offset + bytes.length) * 8) / 6)));
  });
}

/** Where a P-256 key's secret number lies in its PKCS#8 DER (RFC 5958, RFC 5915), as OpenSSL writes it. */
const SECRET = [36, 68] as const;

/** The forms in which a P-256 private key could lie in a file. */
function formsOf(pem: string): readonly string[] {
  const key = createPrivateKey(pem);
  const secret = key.export({ type: 'pkcs8', format: 'der' }).subarray(...SECRET);
  const [, , line = ''] = key.export({ type: 'pkcs8', format: 'pem' }).toString().split('\n');
  const once = [...base64Forms(secret), Buffer.from(line)];
  const twice = [Buffer.from(line), ...base64Forms(secret)].flatMap(base64Forms);
  const thrice = base64Forms(Buffer.from(line)).flatMap(base64Forms);
  return [
    secret.toString('latin1'),
    secret.toString('hex'),
    ...[...once, ...twice, ...thrice].map(String),
  ];
}

/** Files in which a P-256 private key lies in clear: raw, hex, PEM, base64 or base64url, up to thrice. */
export function findClearKey(files: Files, pem: string): readonly string[] {
  const forms = formsOf(pem);
  return Object.entries(files)
    .filter(([, text]) => {
      const dense = text.replace(/\s/g, '');
      const seen = [
        Buffer.from(text).toString('latin1'),
        dense,
        dense.toLowerCase(),
        dense.replaceAll('-', '+').replaceAll('_', '/'),
      ];
      return forms.some((form) => seen.some((place) => place.includes(form)));
    })
    .map(([path]) => path);
}
