import type {
  KeyAlgorithm,
  KeyPolicy,
  KeyUsage,
  SealingScope,
  SecretNaming,
} from '../model/certificate-spec';
import type {
  Approval,
  Engine,
  FluxKustomizations,
  Layout,
  RequestForm,
} from '../model/delivery-spec';

/** Attributes of the subject, in cert-manager's words. */
export interface WrittenSubject {
  /** O, at most 64 characters each. */
  readonly organizations?: readonly string[] | undefined;
  /** OU, at most 64 characters each. */
  readonly organizationalUnits?: readonly string[] | undefined;
  /** C, two capital letters each, such as `US`. */
  readonly countries?: readonly string[] | undefined;
  /** L, at most 128 characters each. */
  readonly localities?: readonly string[] | undefined;
  /** ST, at most 128 characters each. */
  readonly provinces?: readonly string[] | undefined;
}

/** What a Secret of several certificates may have in common. */
export interface WrittenSecretDefaults {
  /**
   * Whether all revisions are written to one Secret, or each to its own: `<name>-<revision>-<8 hex>`.
   *
   * @default `stable`
   */
  readonly naming?: SecretNaming | undefined;
  /** Namespace of the Secret. */
  readonly namespace?: string | undefined;
  /** @default `kubernetes.io/tls`; `Opaque` with the profile minio-kes */
  readonly type?: 'Opaque' | 'kubernetes.io/tls' | undefined;
  /** @default `tls.key` and `tls.crt`; `private.key` and `public.crt` for type Opaque */
  readonly keys?:
    | { readonly privateKey?: string | undefined; readonly certificate?: string | undefined }
    | undefined;
  /** Kubernetes labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The Kubernetes Secret that holds the pair. */
export interface WrittenSecret extends WrittenSecretDefaults {
  /**
   * No default, but the profile minio-kes gives `<tenant>-kes-tls`, and minio-kes-client
   * `<tenant>-kes-client-tls`. With `naming: perRevision` what all names begin with.
   */
  readonly name?: string | undefined;
}

/** How the private key becomes something that may stand in Git. */
export type WrittenSealing =
  | {
      readonly type: 'sealed-secrets';
      /** PEM file of the sealing certificate, as `kubeseal --fetch-cert` prints it. */
      readonly certificate: string;
      /** Where the controller opens the key. @default `strict` */
      readonly scope?: SealingScope | undefined;
    }
  | {
      readonly type: 'sops';
      /** age recipients, one or more; left out, a creation rule of `.sops.yaml` says them. */
      readonly recipients?: readonly string[] | undefined;
    }
  | {
      readonly type: 'plaintext';
      /** The key can be read by everyone who can read the repository. */
      readonly iUnderstandKeysAreInGit: true;
    };

/** What every place of the restart annotation has. */
interface WrittenRestartShared {
  /** What the annotation changes with. @default `certificate` */
  readonly digestOf?: 'certificate' | 'ca' | undefined;
}

/** A place in a file of the team's own where the restart annotation belongs. */
export interface WrittenRestartFile extends WrittenRestartShared {
  /** YAML file, relative to the folder of the config. */
  readonly file: string;
  /** Path of the annotations mapping, such as `spec.template.metadata.annotations`. */
  readonly annotations: string;
  /** Which object of the file, when several have such a place. */
  readonly object?: { readonly kind: string; readonly name: string } | undefined;
}

/** An object of the team's that gets the restart annotation through a file in `dist/`. */
export interface WrittenRestartObject {
  /** Such as `StatefulSet` or `Tenant`. */
  readonly kind: string;
  readonly name: string;
  /** @default that of Deployment, StatefulSet, DaemonSet, CronJob, Rollout and Tenant; others must say it */
  readonly apiVersion?: string | undefined;
  /** @default that of the Secret */
  readonly namespace?: string | undefined;
  /** Path of the annotations mapping, through mappings only. @default as with `apiVersion` */
  readonly annotations?: string | undefined;
}

/** A patch of Kustomize. */
export interface WrittenRestartPatch extends WrittenRestartShared {
  readonly patch: WrittenRestartObject;
}

/** A fragment for server-side apply. */
export interface WrittenRestartFragment extends WrittenRestartShared {
  readonly serverSideApply: WrittenRestartObject & {
    /** With Flux, of a StatefulSet: its `serviceName`. */
    readonly serviceName?: string | undefined;
    /** With Flux, of a workload: `matchLabels` of its selector. */
    readonly selector?: Readonly<Record<string, string>> | undefined;
  };
}

/** A place where the restart annotation belongs. */
export type WrittenRestart = WrittenRestartFile | WrittenRestartPatch | WrittenRestartFragment;

/** A place in a file of the team's own that says which Secret to read. */
export interface WrittenReference {
  /** YAML file, relative to the folder of the config. */
  readonly file: string;
  /** Path of the value that is the Secret's name, such as `spec.kes.externalCertSecret.name`. */
  readonly name: string;
  /** Path of the value that is the Secret's type, where the reader wants it said. */
  readonly type?: string | undefined;
}

/** No product: names and Secret are said by the entry. */
export interface WrittenGenericProfile {
  readonly name: 'generic';
}

/** The KES server of MinIO: either `tenant`, or `statefulSet` and `service`. */
export interface WrittenMinioKesProfile {
  readonly name: 'minio-kes';
  /** Name of a Tenant that the MinIO operator manages. */
  readonly tenant?: string | undefined;
  /** StatefulSet of a stand-alone KES. */
  readonly statefulSet?: string | undefined;
  /** Headless Service of a stand-alone KES. */
  readonly service?: string | undefined;
  /** @default 2 */
  readonly replicas?: number | undefined;
  /** @default `cluster.local` */
  readonly clusterDomain?: string | undefined;
  /**
   * What MinIO trusts: the CA behind the leaf, or the leaf itself (then MinIO restarts at each renewal).
   *
   * @default `ca`
   */
  readonly trust?: 'ca' | 'leaf' | undefined;
}

/** The certificate with which MinIO, or another client, shows itself to KES. */
export interface WrittenMinioKesClientProfile {
  readonly name: 'minio-kes-client';
  /** Name of a Tenant that the MinIO operator manages. */
  readonly tenant?: string | undefined;
  /** Policy of KES that lists the identity. @default the name of the certificate */
  readonly policy?: string | undefined;
  /**
   * Whether the identity may change: a new key is one that KES does not know until its policy names it.
   *
   * @default false
   */
  readonly acceptIdentityChange?: boolean | undefined;
}

/** A certificate with which a person or a program shows itself to the API server. */
export interface WrittenKubernetesClientProfile {
  readonly name: 'kubernetes-client';
  /** Name of the user: CN of the subject. */
  readonly user: string;
  /** Groups of the user: O of the subject. */
  readonly groups?: readonly string[] | undefined;
}

/** What several certificates may have in common: every key but those that name one certificate. */
export interface WrittenDefaults {
  readonly subject?: WrittenSubject | undefined;
  /** @default digital signature, server auth; with RSA key encipherment too; client auth for clients */
  readonly usages?: readonly KeyUsage[] | undefined;
  /** @default `ecdsa-p256` */
  readonly key?: KeyAlgorithm | undefined;
  /** Whether a renewal makes a new key. @default `rotate`; `reuse` with the profile minio-kes-client */
  readonly keyPolicy?: KeyPolicy | undefined;
  /** Kubernetes signer name (`domain/path`), or `local`. */
  readonly signer?: string | undefined;
  /** Lifetime to ask for, such as `90d`; `10m` or more. @default `90d` */
  readonly duration?: string | undefined;
  /** `2/3`, `70%`, `0.7` of the issued lifetime, or `30d before expiry`. @default `2/3` */
  readonly renewAt?: string | number | undefined;
  readonly secret?: WrittenSecretDefaults | undefined;
  /** No default: it is said in the entry or in the defaults. */
  readonly sealing?: WrittenSealing | undefined;
  /** PEM file of the signer's CA, relative to the folder of the config. */
  readonly ca?: string | undefined;
  /** Whether the CA is put behind the chain in the Secret. Needs `ca`. @default false */
  readonly appendCa?: boolean | undefined;
}

/** One certificate: an entry under `certificates`. What it says wins over defaults and profile. */
export interface WrittenCertificate extends WrittenDefaults {
  /** @default `generic` */
  readonly profile?:
    | 'generic'
    | WrittenGenericProfile
    | WrittenMinioKesProfile
    | WrittenMinioKesClientProfile
    | WrittenKubernetesClientProfile
    | undefined;
  /** CN of the subject, at most 64 characters. */
  readonly commonName?: string | undefined;
  /** DNS names, lower case; `*.` only as the first label. */
  readonly dnsNames?: readonly string[] | undefined;
  /** IPv4 or IPv6 addresses. */
  readonly ipAddresses?: readonly string[] | undefined;
  /** ASCII, the domain in lower case. */
  readonly emailAddresses?: readonly string[] | undefined;
  /** Absolute, ASCII, with a host, such as `spiffe://example.com/web`. */
  readonly uris?: readonly string[] | undefined;
  readonly secret?: WrittenSecret | undefined;
  /** Where the restart annotation belongs. */
  readonly restart?: readonly WrittenRestart[] | undefined;
  /** Where files of the team's own name the Secret; releaf keeps them in step. */
  readonly references?: readonly WrittenReference[] | undefined;
}

/** What every delivery has. */
interface WrittenDeliveryShared {
  /**
   * One file for each certificate, or for each object. What SOPS encrypts stands alone all the same.
   *
   * @default `certificate`
   */
  readonly layout?: Layout | undefined;
  /** How a request reaches the API server. @default `job` with argo-cd, else `manifest` */
  readonly request?: RequestForm | undefined;
  /** Whether the Job approves the request. @default `automatic` */
  readonly approve?: Approval | undefined;
  /** Image of the Jobs, with a POSIX shell and kubectl. */
  readonly image?: string | undefined;
}

/** The Kustomization objects of Flux for the folders of `dist/`. */
export interface WrittenKustomizations {
  /** What their names begin with, where several folders share a namespace. @default `releaf` */
  readonly name?: string | undefined;
  /** @default `flux-system` */
  readonly namespace?: string | undefined;
  /** @default the GitRepository `flux-system` */
  readonly source?:
    | {
        readonly kind?: FluxKustomizations['source']['kind'] | undefined;
        readonly name?: string | undefined;
      }
    | undefined;
  /** Path of the folder of the config in the source. @default its top */
  readonly path?: string | undefined;
  /** @default `10m` */
  readonly interval?: string | undefined;
  /** Secret with the age identity, for `sealing: sops`. @default `sops-age` where SOPS seals */
  readonly decryptionSecret?: string | undefined;
}

/** How `dist/` is shaped: the name of an engine, or a mapping. */
export type WrittenDelivery =
  | Engine
  | (WrittenDeliveryShared & { readonly type: Exclude<Engine, 'flux'> })
  | (WrittenDeliveryShared & {
      readonly type: 'flux';
      /** Say `{}` to have them written, with every default. @default none are */
      readonly kustomizations?: WrittenKustomizations | undefined;
    });

/** `releaf.yaml`, or what `releaf.config.ts` exports: as a person writes it. */
export interface WrittenConfig {
  readonly version: 1;
  /** Another config, relative to this one, whose keys hold where this one says nothing. */
  readonly extends?: string | undefined;
  /** Files in which `verify` expects a private key in clear, such as test fixtures. */
  readonly knownPrivateKeys?: readonly string[] | undefined;
  /** Who applies `dist/`. @default `kubectl` */
  readonly delivery?: WrittenDelivery | undefined;
  readonly defaults?: WrittenDefaults | undefined;
  /** By name: a DNS label (RFC 1123) that does not begin with `csr-`. */
  readonly certificates?: Readonly<Record<string, WrittenCertificate>> | undefined;
}
