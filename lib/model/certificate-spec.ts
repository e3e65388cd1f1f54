import type { DeliverySpec } from './delivery-spec';

/** Key algorithms that releaf makes. */
export const KEY_ALGORITHMS = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ed25519',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
] as const;
/** One of {@link KEY_ALGORITHMS}: the curve, or the bits of the RSA modulus, is part of it. */
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/**
 * Whether a renewal makes a new key, or asks again with the recorded request of the old one.
 * cert-manager calls them rotation policies Always and Never.
 */
export const KEY_POLICIES = ['rotate', 'reuse'] as const;
/** One of {@link KEY_POLICIES}; `reuse` keeps the identity of who is known by the public key. */
export type KeyPolicy = (typeof KEY_POLICIES)[number];

/**
 * Usages that a request may ask for, as Kubernetes writes them.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/certificate-signing-request-v1/
 */
export const KEY_USAGES = [
  'signing',
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'data encipherment',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
  'any',
  'server auth',
  'client auth',
  'code signing',
  'email protection',
  's/mime',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'timestamping',
  'ocsp signing',
  'microsoft sgc',
  'netscape sgc',
] as const;
/** One of {@link KEY_USAGES}: key usages and extended key usages in one list, as Kubernetes has them. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** Attributes of an X.501 name (RFC 5280, 4.1.2.4), named as cert-manager names them. */
export interface Subject {
  readonly countries: readonly string[];
  readonly organizations: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly localities: readonly string[];
  readonly provinces: readonly string[];
  readonly commonName?: string;
}

/** The names that a certificate is for: who (subject) and where (subjectAltName, RFC 5280, 4.2.1.6). */
export interface Names {
  readonly subject: Subject;
  /** Lower case; `*.` only as the first label. */
  readonly dnsNames: readonly string[];
  /** IPv4 in dotted form, IPv6 in the short form of RFC 5952. */
  readonly ipAddresses: readonly string[];
  /** Addr-spec of RFC 5321 in ASCII; the domain in lower case. */
  readonly emailAddresses: readonly string[];
  /** Absolute URIs in ASCII, such as `spiffe://example.com/web`. */
  readonly uris: readonly string[];
}

/** When to renew: after a share of the issued lifetime, or a time before its end. */
export type RenewAt = { readonly share: number } | { readonly secondsBeforeExpiry: number };

/**
 * Whether each revision is written to the same Secret, or to one of its own:
 * `<name>-<revision>-<8 hex of the request>`.
 */
export const SECRET_NAMINGS = ['stable', 'perRevision'] as const;
/** One of {@link SECRET_NAMINGS}; a Secret of its own restarts what mounts it, as the name is another. */
export type SecretNaming = (typeof SECRET_NAMINGS)[number];

/** The Kubernetes Secret that holds the pair. */
export interface SecretSpec {
  /** With `naming: perRevision` what all names begin with. */
  readonly name: string;
  readonly naming: SecretNaming;
  readonly namespace: string;
  /** `Opaque` or `kubernetes.io/tls`. */
  readonly type: string;
  /** Keys of the Secret's data. */
  readonly keys: { readonly privateKey: string; readonly certificate: string };
  readonly labels: Readonly<Record<string, string>>;
}

/** Where the Sealed Secrets controller opens a value: under this name, in this namespace, anywhere. */
export const SEALING_SCOPES = ['strict', 'namespace-wide', 'cluster-wide'] as const;
/** One of {@link SEALING_SCOPES}, as kubeseal's `--scope`. */
export type SealingScope = (typeof SEALING_SCOPES)[number];

/** How the private key becomes something that may stand in Git. */
export type SealingSpec =
  | {
      readonly type: 'sealed-secrets';
      /** PEM file of the controller's sealing certificate, relative to the folder of the config. */
      readonly certificate: string;
      readonly scope: SealingScope;
    }
  | {
      readonly type: 'sops';
      /** age recipients, `age1…` or `age1pq1…`; absent when a creation rule of `.sops.yaml` says them. */
      readonly recipients?: readonly string[];
    }
  | { readonly type: 'plaintext' };

/** A place in a file of the team's own that says which Secret to read, kept in step with it. */
export interface SecretReference {
  /** YAML file, relative to the folder of the config. */
  readonly file: string;
  /** Path of the scalar that is the Secret's name, such as `spec.kes.externalCertSecret.name`. */
  readonly name: string;
  /** Path of the scalar that is the Secret's type, where the reader wants it said. */
  readonly type?: string;
}

/** A place in a file of the team's own where the restart annotation belongs. */
export interface RestartFile {
  /** YAML file, relative to the folder of the config. */
  readonly file: string;
  /** Path of the annotations mapping, such as `spec.template.metadata.annotations`. */
  readonly annotations: string;
  /** Which object of the file, when several have such a place. */
  readonly object?: { readonly kind: string; readonly name: string };
  /**
   * What the annotation's value is a digest of: everything in the Secret, or only the CA behind the
   * leaf (for a client that trusts the CA and reads it once, such as MinIO).
   */
  readonly digestOf: 'certificate' | 'ca';
}

/**
 * An object of the team's whose pods restart through a file of ours in `dist/`: a patch of Kustomize, or a
 * fragment for server-side apply.
 */
export interface RestartObject {
  readonly form: 'patch' | 'fragment';
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Whether the config says the namespace: a patch of Kustomize fits only what says the same. */
  readonly namespaced?: boolean;
  /** Path of the annotations mapping; keys of mappings only. */
  readonly annotations: string;
  /** As in {@link RestartFile}. */
  readonly digestOf: 'certificate' | 'ca';
  /** Of a StatefulSet: its headless Service. What Flux writes empty must be stated. */
  readonly serviceName?: string;
  /** Labels of the selector, `matchLabels`, likewise. */
  readonly selector?: Readonly<Record<string, string>>;
}

/** One certificate of the config, total: every default is filled in, every value is valid. */
export interface CertificateSpec extends Names {
  /** Name in the config: a DNS label, at most 63 characters. */
  readonly name: string;
  readonly profile: string;
  readonly key: KeyAlgorithm;
  readonly keyPolicy: KeyPolicy;
  /**
   * Present where readers know the certificate by its public key, as KES knows its clients: a new key
   * is another identity, which some policy must name first.
   */
  readonly identity?: {
    /** Name of the policy in the reader's config that lists the identity. */
    readonly policy: string;
    /** Whether the config allows another identity. */
    readonly acceptChange: boolean;
  };
  readonly usages: readonly KeyUsage[];
  /** Kubernetes signer name (`domain/path`), or `local` for `releaf sign`. */
  readonly signer: string;
  /** Lifetime to ask for, in seconds; 600 or more. */
  readonly expirationSeconds: number;
  readonly renewAt: RenewAt;
  readonly secret: SecretSpec;
  readonly sealing: SealingSpec;
  readonly restart: readonly RestartFile[];
  readonly restartObjects: readonly RestartObject[];
  /**
   * The workload that an operator makes of something else: it takes back what others put there, so
   * nothing restarts through it.
   */
  readonly operated?: {
    readonly kind: string;
    readonly name: string;
    /** Where the annotation belongs, in words. */
    readonly instead: string;
  };
  readonly references: readonly SecretReference[];
  /** PEM file of the signer's CA, relative to the folder of the config. */
  readonly ca?: string;
  /** Whether the CA is put behind the chain in the Secret. Needs `ca`. */
  readonly appendCa: boolean;
  /** That of the folder: all certificates have the same. */
  readonly delivery: DeliverySpec;
  /** What a person should know about this entry although it is valid. */
  readonly warnings: readonly string[];
}
