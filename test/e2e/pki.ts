import { randomBytes } from 'node:crypto';
import type { KeyAlgorithm, KeyUsage, Names } from '../../lib/model/certificate-spec';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { createLocalCa, openLocalCa, type LocalCa } from '../../lib/x509/local-ca';
import { newKey, NO_SUBJECT } from '../x509/tools';

const DAY = 86_400_000;

/** PEM of a certificate and of its key. The cluster lives for minutes, and so do they. */
export interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A CA that a restarted process can open again. */
export interface Authority extends Pair {
  readonly ca: LocalCa;
}

const pemOf = (key: ReturnType<typeof newKey>): string => key.withPkcs8Pem(String);

/** Makes a CA, valid long enough for certificates that have expired, and for longer than any that it signs. */
export function newAuthority(commonName: string): Authority {
  const key = newKey();
  const ca = createLocalCa(key, commonName, {
    notBefore: new Date(Date.now() - 30 * DAY),
    notAfter: new Date(Date.now() + 400 * DAY),
    serialNumber: randomBytes(16),
  });
  return { ca, certificate: ca.certificate.pem, privateKey: pemOf(key) };
}

/** Opens a CA of {@link newAuthority} again. */
export const openAuthority = (pair: Pair): Authority => ({
  ...pair,
  ca: openLocalCa(pair.certificate, pair.privateKey, 'the cluster'),
});

/** What a certificate of {@link issue} is like. */
export interface Terms {
  /** `@default` ecdsa-p256 */
  readonly key?: KeyAlgorithm;
  /** `@default` digital signature and what it is for */
  readonly usages?: readonly KeyUsage[];
  /** When it is signed; `@default` now */
  readonly now?: Date;
  /** `@default` 2 */
  readonly days?: number;
}

/** Makes a key and its certificate. */
export function issue(
  { ca }: Authority,
  usage: Extract<KeyUsage, 'server auth' | 'client auth'>,
  names: Partial<Omit<Names, 'subject'>> & { readonly subject?: Partial<Names['subject']> },
  { key: algorithm, usages = ['digital signature', usage], now = new Date(), days = 2 }: Terms = {},
): Pair {
  const key = newKey(algorithm);
  const request = createRequest(key, {
    dnsNames: [],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    ...names,
    subject: { ...NO_SUBJECT, ...names.subject },
  });
  const certificate = ca.sign(readRequest(request, 'a request of the cluster'), {
    usages,
    expirationSeconds: (days * DAY) / 1000,
    now,
    serialNumber: randomBytes(16),
  });
  return { certificate, privateKey: pemOf(key) };
}
