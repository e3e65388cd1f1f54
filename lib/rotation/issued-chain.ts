import { ReleafError } from '../model/errors';
import type { RequestRecord } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';
import { readContents } from '../x509/certificate-contents';
import { canonicalUsage } from '../x509/key-usages';

/** A signed chain that belongs to a request: leaf first, each certificate issued by the next. */
export type IssuedChain = readonly [leaf: X509, ...issuers: X509[]];

const shown = (names: readonly string[]): string => names.join(', ');

/**
 * Reads a signed chain and checks that it answers the request: the same public key, leaf first, every
 * name and usage that was asked for, chain in order. Says nothing of dates or trust.
 *
 * @param pem - certificates only
 * @param file - where it came from, for messages
 * @throws ReleafError PEM_INVALID, CERTIFICATE_INVALID, CERTIFICATE_ORDER, CERTIFICATE_KEY_MISMATCH or
 * CERTIFICATE_NAMES
 */
export function readIssuedChain(pem: string, record: RequestRecord, file: string): IssuedChain {
  const [leaf, ...issuers] = readCertificates(pem, file);
  if (!leaf) throw new Error('readCertificates returned no certificate');
  assertLeafKey(leaf, issuers, record, file);
  assertNames(leaf, record, file);
  [leaf, ...issuers].forEach((certificate, index) => {
    const issuer = issuers[index];
    if (issuer && !certificate.issuedBy(issuer)) {
      throw new ReleafError(
        'CERTIFICATE_ORDER',
        `${file}: certificate ${index + 1} (${certificate.subject}) is not issued by certificate ${index + 2} (${issuer.subject})`,
        'put the leaf first, then each issuer behind the certificate that it signed',
      );
    }
  });
  return [leaf, ...issuers];
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
    `${file}: the certificate (${leaf.subject}, serial ${leaf.serialNumber}) is for public key ${leaf.publicKeySha256}, request ${record.objectName} has ${record.publicKeySha256}`,
    `take the certificate of request ${record.objectName}`,
  );
}

function assertNames(leaf: X509, record: RequestRecord, file: string): void {
  const { names, usages } = readContents(leaf.der);
  const missing = [
    ...record.dnsNames.filter((name) => !names.dnsNames.includes(name)),
    ...record.ipAddresses.filter((address) => !names.ipAddresses.includes(address)),
    ...record.usages.filter((usage) => !usages.includes(canonicalUsage(usage))),
  ];
  if (missing.length === 0) return;
  throw new ReleafError(
    'CERTIFICATE_NAMES',
    `${file}: the certificate lacks ${shown(missing)}; it has ${shown([...names.dnsNames, ...names.ipAddresses, ...usages])}`,
    'the signer must copy all names and usages of the request; ask for another certificate',
  );
}
