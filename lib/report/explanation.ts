import type { SettledValue } from '../config/origins';
import type {
  CertificateSpec,
  KeyUsage,
  Names,
  RestartFile,
  SecretSpec,
} from '../model/certificate-spec';
import type { SealedKey } from '../model/revision';
import type { Problem } from '../rotation/coherence';
import type { State } from './status';

/** A place of the restart annotation. */
export interface ExplainedRestart extends RestartFile {
  /** What the annotation has to be; absent before the first certificate. */
  readonly value?: string;
  /** What it is; absent while it is not there. */
  readonly found?: string;
}

/** A revision in a line. */
export interface ExplainedRevision {
  readonly number: number;
  readonly state: 'issued' | 'pending' | 'withdrawn' | 'broken';
  readonly serves: boolean;
  readonly objectName?: string;
  readonly requestedAt?: string;
  readonly reason?: string;
  readonly publicKeySha256?: string;
  readonly secret?: string;
  readonly serialNumber?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** What a request asks for, as it stands in `request.pem`; beside it what only the API is told. */
export interface ExplainedRequest extends Names {
  readonly revision: number;
  readonly objectName: string;
  readonly signer: string;
  readonly usages: readonly KeyUsage[];
  readonly expirationSeconds: number;
  readonly key: string;
  readonly publicKeySha256: string;
  readonly requestedAt: string;
  readonly reason: string;
}

/** A certificate as it stands in `certificate.pem`. */
export interface ExplainedCertificate extends Names {
  readonly revision: number;
  readonly serialNumber: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Names of kinds that cannot be asked for. */
  readonly otherAltNames: readonly string[];
  /** Usages, then the object identifiers of those without a name. */
  readonly usages: readonly string[];
  readonly publicKeySha256: string;
  readonly sha256: string;
  readonly subjectKeyId?: string;
  readonly authorityKeyId?: string;
  /** What stands behind the leaf. */
  readonly chain: readonly {
    readonly subject: string;
    readonly notAfter: Date;
    readonly sha256: string;
  }[];
  /** Where it is not what was asked for, in words. */
  readonly differences: readonly string[];
}

/** The sealed key without its ciphertext. */
export type ExplainedSealing =
  | Omit<Extract<SealedKey, { sealing: 'sealed-secrets' }>, 'value'>
  | (Omit<Extract<SealedKey, { sealing: 'sops' }>, 'value' | 'mac' | 'age'> & {
      readonly recipients: readonly string[];
    })
  | Omit<Extract<SealedKey, { sealing: 'plaintext' }>, 'value'>;

/** All that is to be told of one certificate. */
export interface Explanation {
  readonly name: string;
  readonly profile: string;
  readonly state: State | 'broken';
  readonly reason: string;
  readonly next: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly revisions: readonly ExplainedRevision[];
  /** Of the newest revision. */
  readonly request?: ExplainedRequest;
  /** Of the revision that serves. */
  readonly certificate?: ExplainedCertificate;
  readonly renewAt?: Date;
  readonly signer: {
    readonly name: string;
    readonly title: string;
    /** `found` is what breaks the rule; null when it is met. */
    readonly rules: readonly {
      readonly id: string;
      readonly origin: string;
      readonly text: string;
      readonly source: string;
      readonly found: string | null;
    }[];
    readonly notes: readonly string[];
  };
  readonly key: Pick<CertificateSpec, 'keyPolicy' | 'identity'> & { readonly algorithm: string };
  /** `name` is that which workloads read now. */
  readonly secret: SecretSpec;
  /** Of the newest revision. */
  readonly sealedKey?: ExplainedSealing;
  readonly restart: {
    readonly annotation: string;
    readonly places: readonly ExplainedRestart[];
    /** Those that restart through a file of ours in `dist/`. */
    readonly objects: CertificateSpec['restartObjects'];
    readonly references: CertificateSpec['references'];
  };
  readonly origins: readonly SettledValue[];
}
