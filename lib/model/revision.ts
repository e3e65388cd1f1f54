import type {
  CertificateSpec,
  KeyAlgorithm,
  KeyUsage,
  Names,
  SealingScope,
} from './certificate-spec';

/** What was asked, and why: `request.yaml`. */
export interface RequestRecord extends Names {
  /** metadata.name of the CertificateSigningRequest: name, revision, 8 hex digits of the request. */
  readonly objectName: string;
  readonly signer: string;
  readonly usages: readonly KeyUsage[];
  readonly expirationSeconds: number;
  readonly key: KeyAlgorithm;
  /** The revision that made the key; absent where this one did. */
  readonly keyOf?: number;
  /** Lower-case hex SHA-256 of the DER SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
  /** Digest of the sealed key and all it is bound to; see lib/rotation/sealed-key-digest.ts. */
  readonly sealedKeySha256: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly requestedAt: string;
  readonly reason: string;
}

/** The place that a private key is sealed for. */
export interface SealingTarget {
  readonly namespace: string;
  /** Name of the Secret of this revision. */
  readonly name: string;
  /** Key of the Secret's data that will hold the private key. */
  readonly item: string;
}

/** The private key as it may stand in Git, and what it is bound to: `private-key.yaml`. */
export type SealedKey = SealingTarget &
  (
    | {
        readonly sealing: 'sealed-secrets';
        readonly scope: SealingScope;
        /** Lower-case hex SHA-256 of the sealing certificate's DER. */
        readonly sealingCertificateSha256: string;
        /** Base64, as it stands in `spec.encryptedData`. */
        readonly value: string;
      }
    | {
        readonly sealing: 'sops';
        /** The data key, once for each recipient, as an armored age file. */
        readonly age: readonly { readonly recipient: string; readonly enc: string }[];
        /** RFC 3339, UTC, whole seconds; the MAC is bound to it. */
        readonly lastModified: string;
        /** `ENC[AES256_GCM,…]` */
        readonly mac: string;
        /** Version of SOPS whose format this is. */
        readonly version: string;
        /** `ENC[AES256_GCM,…]`, as it stands in a Secret's `data`. */
        readonly value: string;
      }
    | {
        readonly sealing: 'plaintext';
        /** Base64 of the PKCS#8 PEM, as it stands in a Secret's `data`. */
        readonly value: string;
      }
  );

/** One request with its sealed key and, once signed, its certificate. */
export interface Revision {
  /** 1, 2, 3 … for each certificate. */
  readonly number: number;
  /** PKCS#10 as PEM: `request.pem`. */
  readonly request: string;
  readonly record: RequestRecord;
  readonly sealedKey: SealedKey;
  /** Signed chain as PEM, leaf first: `certificate.pem`. Its presence makes the revision issued. */
  readonly certificate?: string;
  /** Taken back by `releaf rollback`: a file `withdrawn` is there. */
  readonly withdrawn: boolean;
}

/** A revision whose signed chain is there; it serves if it is the newest such and not withdrawn. */
export type IssuedRevision = Revision & { readonly certificate: string };

/** A certificate of the config with its revisions, oldest first. */
export interface Certificate {
  readonly spec: CertificateSpec;
  readonly revisions: readonly Revision[];
}

/** Whether the signed certificate has joined the revision. */
export function isIssued(revision: Revision): revision is IssuedRevision {
  return revision.certificate !== undefined;
}

/** The revision that serves: the newest issued one that is not withdrawn. */
export function currentRevision(revisions: readonly Revision[]): IssuedRevision | undefined {
  return revisions.filter(isIssued).findLast((revision) => !revision.withdrawn);
}

/** The revision whose request waits for a certificate, if it is newer than the current one. */
export function pendingRevision(revisions: readonly Revision[]): Revision | undefined {
  const newest = revisions.at(-1);
  return newest && !isIssued(newest) && !newest.withdrawn ? newest : undefined;
}
