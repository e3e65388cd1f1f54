import type { KeyUsage, Names } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { RequestRecord } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';
import { readContents } from '../x509/certificate-contents';
import { canonicalUsage } from '../x509/key-usages';
import { issuerProblem, leafProblem } from '../x509/path-validation';

/** A signed chain that belongs to a request. */
export interface IssuedChain {
  /** Leaf first, each certificate issued by the next. */
  readonly certificates: readonly [leaf: X509, ...issuers: X509[]];
  /** What was asked for. */
  readonly usages: readonly KeyUsage[];
}

/** Every subjectAltName, whatever its kind. */
export const altNamesOf = (names: Omit<Names, 'subject'>): readonly string[] => [
  ...names.dnsNames,
  ...names.ipAddresses,
  ...names.emailAddresses,
  ...names.uris,
];

/** Which certificate is meant, in a person's words. */
export const identified = ({ subject, serialNumber }: X509): string =>
  `${subject || 'without subject'}, serial ${serialNumber}`;

const shown = (names: readonly string[]): string => names.join(', ') || 'none';

/**
 * Reads a signed chain and checks that it answers the request: the same public key, leaf first, every
 * name and usage that was asked for, chain in order, nothing in it that clients refuse. Says nothing of
 * dates or trust.
 *
 * @param pem - certificates only
 * @param file - where it came from, for messages
 * @throws ReleafError PEM_INVALID, CERTIFICATE_INVALID, CERTIFICATE_ORDER, CERTIFICATE_KEY_MISMATCH,
 * CERTIFICATE_NAMES or CERTIFICATE_UNFIT
 */
export function readIssuedChain(pem: string, record: RequestRecord, file: string): IssuedChain {
  const [leaf, ...issuers] = readCertificates(pem, file);
  if (!leaf) throw new Error('readCertificates returned no certificate');
  assertLeafKey(leaf, issuers, record, file);
  assertNames(leaf, record, file);
  const problem = leafProblem(leaf);
  if (problem !== undefined) throw unfit(`${file}: certificate 1`, leaf, problem);
  issuers.forEach((issuer, below) => {
    assertIssued(issuers[below - 1] ?? leaf, issuer, { below, usages: record.usages, file });
  });
  return { certificates: [leaf, ...issuers], usages: record.usages };
}

/** The refusal of a certificate that stands at `place`. */
export function unfit(place: string, { subject }: X509, problem: string): ReleafError {
  return new ReleafError(
    'CERTIFICATE_UNFIT',
    `${place}${subject && ` (${subject})`} ${problem}`,
    'clients refuse such a chain: whoever runs the signer must issue another one',
  );
}

function assertIssued(
  certificate: X509,
  issuer: X509,
  {
    below,
    usages,
    file,
  }: { readonly below: number; readonly usages: readonly KeyUsage[]; readonly file: string },
): void {
  if (certificate.issuer === issuer.subject) {
    const problem = issuerProblem(issuer, { below, usages, isAnchor: issuer.isSelfSigned });
    if (problem !== undefined) {
      throw unfit(`${file}: certificate ${below + 2}`, issuer, problem);
    }
  }
  if (certificate.issuedBy(issuer)) return;
  throw new ReleafError(
    'CERTIFICATE_ORDER',
    `${file}: certificate ${below + 1} (${certificate.subject}) is not issued by certificate ${below + 2} (${issuer.subject})`,
    'put the leaf first, then each issuer behind the certificate that it signed',
  );
}

function assertLeafKey(
  leaf: X509,
  others: readonly X509[],
  record: RequestRecord,
  file: string,
): void {
  if (leaf.publicKeySha256 === record.publicKeySha256) return;
  const position = others.findIndex((c) => c.publicKeySha256 === record.publicKeySha256);
  if (position >= 0) {
    throw new ReleafError(
      'CERTIFICATE_ORDER',
      `${file}: the leaf is certificate ${position + 2} of ${others.length + 1}; it must be the first`,
      'put the leaf first, then its issuers',
    );
  }
  throw new ReleafError(
    'CERTIFICATE_KEY_MISMATCH',
    `${file}: the certificate (${identified(leaf)}) is for public key ${leaf.publicKeySha256}, request ${record.objectName} has ${record.publicKeySha256}`,
    `take the certificate of request ${record.objectName}`,
  );
}

function assertNames(leaf: X509, record: RequestRecord, file: string): void {
  const { names, usages } = readContents(leaf.der);
  const missing = [
    ...record.dnsNames.filter((name) => !names.dnsNames.includes(name)),
    ...record.ipAddresses.filter((address) => !names.ipAddresses.includes(address)),
    ...record.emailAddresses.filter((address) => !names.emailAddresses.includes(address)),
    ...record.uris.filter((uri) => !names.uris.includes(uri)),
    ...record.usages.filter((usage) => !usages.includes(canonicalUsage(usage))),
  ];
  if (missing.length === 0) return;
  throw new ReleafError(
    'CERTIFICATE_NAMES',
    `${file}: the certificate lacks ${shown(missing)}; it has ${shown([...altNamesOf(names), ...usages])}`,
    'the signer must copy all names and usages of the request; ask for another certificate',
  );
}
