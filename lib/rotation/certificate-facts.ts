import type { KeyAlgorithm } from '../model/certificate-spec';
import type { IssuedRevision, Revision, SealedKey } from '../model/revision';
import { subjectLine } from '../model/subject-line';
import { readContents } from '../x509/certificate-contents';
import { canonicalUsage } from '../x509/key-usages';
import { contentDifferences, lifetimeDifference } from './accept-certificate';
import { altNamesOf } from './issued-chain';
import { digestOfCas } from './restart';
import { chainOf } from './validity';

/** How a private key is sealed, without the ciphertext. */
export type SealingFacts =
  | {
      readonly sealing: 'sealed-secrets';
      readonly scope: string;
      /** Lower-case hex SHA-256 of the sealing certificate's DER. */
      readonly sealingCertificateSha256: string;
    }
  | { readonly sealing: 'sops'; readonly recipients: readonly string[] }
  | { readonly sealing: 'plaintext' };

/** What a revision asks for. */
export interface RequestFacts {
  readonly revision: number;
  readonly objectName: string;
  readonly signer: string;
  /** On one line; empty when there is none. */
  readonly subject: string;
  /** Every subjectAltName. */
  readonly names: readonly string[];
  readonly usages: readonly string[];
  readonly expirationSeconds: number;
  readonly key: KeyAlgorithm;
  /** Lower-case hex SHA-256 of the DER SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
  /** `namespace/name` of the Secret. */
  readonly secret: string;
  readonly sealedKey: SealingFacts;
  /** RFC 3339. */
  readonly requestedAt: string;
  readonly reason: string;
}

/** A certificate behind the leaf. */
export interface IssuerFacts {
  readonly subject: string;
  /** Lower-case hex SHA-256 of its DER. */
  readonly sha256: string;
}

/** A revision with its certificate; subject, names and usages are those that were issued. */
export interface IssuedFacts extends RequestFacts {
  /** Lower-case hex. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuer: string;
  /** Lower-case hex of the issuer's key identifier, where the certificate has it. */
  readonly authorityKeyId?: string;
  /** Of the CA certificates behind the leaf; absent where none is. */
  readonly caSha256?: string;
  /** What stands behind the leaf, in its order. */
  readonly issuers: readonly IssuerFacts[];
  /** Where it is not what was asked for, in words; the lifetime apart. */
  readonly notAsAsked: readonly string[];
  /** In seconds; absent where they are the same but for rounding. */
  readonly lifetime?: { readonly issued: number; readonly asked: number };
}

/** What a revision asks for, from its record. */
export function requestFacts({ number, record, sealedKey }: Revision): RequestFacts {
  const { objectName, signer, expirationSeconds, key, publicKeySha256, requestedAt, reason } =
    record;
  return {
    revision: number,
    objectName,
    signer,
    subject: subjectLine(record.subject),
    names: altNamesOf(record),
    usages: record.usages.map(canonicalUsage),
    expirationSeconds,
    key,
    publicKeySha256,
    secret: `${sealedKey.namespace}/${sealedKey.name}`,
    sealedKey: sealingFacts(sealedKey),
    requestedAt,
    reason,
  };
}

/**
 * What was issued.
 *
 * @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID
 */
export function issuedFacts(name: string, revision: IssuedRevision): IssuedFacts {
  const [leaf, ...behind] = chainOf(name, revision);
  const { names, usages, unnamedPurposes, authorityKeyId } = readContents(leaf.der);
  const caSha256 = digestOfCas(behind);
  const lifetime = lifetimeDifference(leaf, revision);
  return {
    ...requestFacts(revision),
    subject: subjectLine(names.subject),
    names: altNamesOf(names),
    usages: [...usages, ...unnamedPurposes],
    publicKeySha256: leaf.publicKeySha256,
    serialNumber: leaf.serialNumber,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    issuer: leaf.issuer,
    ...(authorityKeyId !== undefined && { authorityKeyId }),
    ...(caSha256 !== undefined && { caSha256 }),
    issuers: behind.map(({ subject, sha256 }) => ({ subject, sha256 })),
    notAsAsked: contentDifferences(leaf, revision),
    ...(lifetime && { lifetime }),
  };
}

function sealingFacts(sealedKey: SealedKey): SealingFacts {
  const { sealing } = sealedKey;
  switch (sealing) {
    case 'sealed-secrets': {
      const { scope, sealingCertificateSha256 } = sealedKey;
      return { sealing, scope, sealingCertificateSha256 };
    }
    case 'sops':
      return { sealing, recipients: sealedKey.age.map(({ recipient }) => recipient).sort() };
    case 'plaintext':
      return { sealing };
  }
}
