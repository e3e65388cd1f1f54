import { createPrivateKey, X509Certificate } from 'node:crypto';
import { folderOf } from '../harness';
import { output } from '../system/process';
import { signingCa } from './cluster';

/** The texts of a Secret's private key and certificate. */
export interface PairInSecret {
  readonly privateKey: string;
  /** Leaf first. */
  readonly certificate: string;
}

/**
 * That a certificate belongs to its key and verifies against the CA that the cluster signs with.
 *
 * @param purpose - what `openssl verify` is asked besides, such as `-purpose sslserver`
 * @returns the leaf
 */
export async function expectPair(
  { privateKey, certificate }: PairInSecret,
  purpose: readonly string[],
): Promise<X509Certificate> {
  const leaf = new X509Certificate(certificate);
  expect(leaf.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  const cwd = folderOf({ 'ca.pem': signingCa(), 'leaf.pem': leaf.toString() });
  const flags = ['-x509_strict', ...purpose, '-CAfile', 'ca.pem', 'leaf.pem'];
  expect(await output('openssl', ['verify', ...flags], { cwd })).toBe('leaf.pem: OK\n');
  return leaf;
}

/** How long a certificate is valid, in seconds. */
export const secondsOf = ({ validFrom, validTo }: X509Certificate): number =>
  (Date.parse(validTo) - Date.parse(validFrom)) / 1000;
