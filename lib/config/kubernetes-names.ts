import { stringify } from 'yaml';
import { didYouMean, textShape, type TextShape } from './text-shape';

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
/** Pattern of RFC 1123 labels joined by dots, without anchors; each at most 63 characters, no bound in all. */
export const LABELS = `${LABEL}(?:\\.${LABEL})*`;
const QUALIFIED = '[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const lowerCase = (pattern: string) => (text: string) =>
  didYouMean(text.toLowerCase().replaceAll('_', '-'), new RegExp(`^${pattern}$`));

/** `resolve` of go-yaml v2, which `kubectl` reads with; underscores are taken out before. */
const GO_NUMBER = /^[-+]?(?:0o[0-7]+|0x[\da-f]+|0b-?[01]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?)$/i;

/** cdk8s quotes what is a number in YAML 1.1. Go takes more for one, such as 0o17. */
function unquotedNumber(text: string): string | undefined {
  if (!GO_NUMBER.test(text.replaceAll('_', ''))) return undefined;
  return stringify(text, { version: '1.1' }) === `${text}\n`
    ? 'kubectl would read it as a number; choose another'
    : undefined;
}

/** RFC 1123 label: what Kubernetes calls `IsDNS1123Label`. */
const label = (what: string, maxLength = 63): TextShape =>
  textShape({
    allowed: `${what} has lower-case letters, digits and hyphens, begins and ends with a letter or digit, at most ${maxLength} characters`,
    pattern: `^${LABEL}$`,
    maxLength,
    hint: lowerCase(LABEL),
    beyond: unquotedNumber,
  });

/** A label, as for all namespaces. */
export const NAMESPACE = label('a namespace');
/** Its pods are `<name>-<ordinal>`, labels of at most 63 characters: 59 leave room for three digits. */
export const STATEFUL_SET = label('the name of a StatefulSet', 59);
/** A label of at most 63 characters (RFC 1123): a Service is a name in the DNS. */
export const SERVICE = label('the name of a Service');
/** Flux takes 63 characters for the name of a Kustomization in its labels; `-requests` comes behind it. */
export const KUSTOMIZATIONS = label('the name of Kustomizations', 54);
/** The operator's Service is `<tenant>-kes-hl-svc`, a label of at most 63 characters. */
export const TENANT = label('the name of a Tenant', 52);

/** Name of an entry under `certificates`: a label, since it begins the names of objects and ends the restart annotation. */
export const CERTIFICATE_NAME = textShape({
  allowed:
    'the name of a certificate has lower-case letters, digits and hyphens, begins and ends with a letter or digit, at most 63 characters, and does not begin with csr- (EKS would not issue it)',
  pattern: `^(?!csr-)${LABEL}$`,
  maxLength: 63,
  hint: lowerCase(`(?!csr-)${LABEL}`),
  beyond: unquotedNumber,
});

/** RFC 1123 subdomain: what Kubernetes calls `IsDNS1123Subdomain`. */
const subdomain = (what: string): TextShape =>
  textShape({
    allowed: `${what} has lower-case letters, digits, hyphens and dots, each part beginning and ending with a letter or digit, at most 253 characters`,
    pattern: `^${LABELS}$`,
    maxLength: 253,
    hint: lowerCase(LABELS),
    beyond: unquotedNumber,
  });

/** A subdomain of at most 253 characters. */
export const SECRET_NAME = subdomain('the name of a Secret');
/** What the names of Services end in, such as `cluster.local`. */
export const CLUSTER_DOMAIN = subdomain('a cluster domain');
/** The GitRepository, OCIRepository or Bucket that Flux takes the folder from. */
export const SOURCE_NAME = subdomain('the name of a source');

/**
 * cdk8s tells plain objects by their `constructor`, so it cannot write one that has a key of that name; and a
 * key `__proto__` gets lost as it copies objects.
 */
const unwritableKey = (key: string): string | undefined =>
  key === 'constructor' || key === '__proto__'
    ? `cdk8s cannot write the key "${key}"; choose another`
    : unquotedNumber(key);

/** `IsConfigMapKey` of Kubernetes. */
export const SECRET_KEY = textShape({
  allowed:
    'a key of a Secret has letters, digits, -, _ and ., at most 253 characters, such as tls.key',
  pattern: '^(?!\\.{1,2}$)(?!\\.\\.)[-._a-zA-Z0-9]+$',
  maxLength: 253,
  beyond: unwritableKey,
});

/** `IsQualifiedName` of Kubernetes. */
export const LABEL_KEY = textShape({
  allowed:
    'the key of a label is up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, after an optional prefix such as example.com/',
  pattern: `^(?:(?=.{1,253}/)${LABELS}/)?${QUALIFIED}$`,
  maxLength: 317,
  beyond: unwritableKey,
});

/** `IsValidLabelValue` of Kubernetes. */
export const LABEL_VALUE = textShape({
  allowed:
    'the value of a label is up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, or empty',
  pattern: `^(?:${QUALIFIED})?$`,
  maxLength: 63,
  beyond: unquotedNumber,
});

/**
 * `local`, or what `ValidateSignerName` of Kubernetes accepts (pkg/apis/certificates/validation).
 */
export const SIGNER = textShape({
  allowed: 'a signer is local, or a domain and a path such as kubernetes.io/kubelet-serving',
  pattern: `^(?:local|(?=.{1,253}/)${LABEL}(?:\\.${LABEL})+/${LABELS})$`,
  maxLength: 571,
  hint: lowerCase(`(?:local|${LABEL}(?:\\.${LABEL})+/${LABELS})`),
});

/** Names of keys, policies and identities in KES: minio/kes, auth.go. */
export const KES_POLICY = textShape({
  allowed:
    'the name of a KES policy has letters, digits, - and _, neither begins nor ends with -, at most 80 characters',
  pattern: '^[_A-Za-z0-9](?:[-_A-Za-z0-9]*[_A-Za-z0-9])?$',
  maxLength: 80,
});

/** A key that needs no quotes in a path as lib/delivery reads it. */
const PATH_KEY = '[^.\\[\\]"\'\\s\\x00-\\x1f]+';

const path = (allowed: string): TextShape =>
  textShape({
    allowed,
    pattern: `^${PATH_KEY}(?:\\.${PATH_KEY}|\\[\\d{1,4}\\]|\\["[^"\\\\\\p{Cc}]+"\\]|\\['[^'\\\\\\p{Cc}]+'\\])*$`,
    maxLength: 253,
  });

/** Where a team's own file has the annotations that restart its pods; indices of lists are allowed. */
export const ANNOTATIONS_PATH = path(
  'annotations is the path of a mapping, such as spec.template.metadata.annotations, spec.pools[0].annotations or metadata["a.b"].annotations',
);
/** Where a team's own file names the Secret, for `references`. */
export const SECRET_NAME_PATH = path(
  "name is the path of the value that is the Secret's name, such as spec.kes.externalCertSecret.name or spec.template.spec.volumes[0].secret.secretName",
);
/** Where a team's own file says the type of the Secret, for `references`. */
export const SECRET_TYPE_PATH = path(
  "type is the path of the value that is the Secret's type, such as spec.kes.externalCertSecret.type",
);

/**
 * Path to a mapping of an object that is given in part. It leads through mappings only: of a list that is
 * given, every other item would be taken away.
 */
export const FIELD_PATH = textShape({
  allowed:
    'annotations is the path of a mapping below spec, such as spec.template.metadata.annotations or spec.kes.annotations',
  pattern: `^spec(?:\\.${PATH_KEY}|\\["[^"\\\\\\p{Cc}]+"\\]|\\['[^'\\\\\\p{Cc}]+'\\])+$`,
  maxLength: 253,
  hint: (text) =>
    /\[\d+\]/.test(text)
      ? 'an index would replace the whole list: for the pools of a Tenant say spec.poolsMetadata.annotations, for others name a file'
      : undefined,
  beyond: (text) =>
    text.includes('${')
      ? 'Flux would take ${ for a variable; choose a key without it'
      : text
          .split(/[.[\]"']+/)
          .map(unwritableKey)
          .find((problem) => problem !== undefined),
});

/** The `kind` of an object whose pods restart. */
export const OBJECT_KIND = textShape({
  allowed: 'a kind is one word that begins with a capital letter, such as StatefulSet',
  pattern: '^[A-Z][A-Za-z0-9]*$',
  maxLength: 63,
  hint: (text) => didYouMean(text.charAt(0).toUpperCase() + text.slice(1), /^[A-Z][A-Za-z0-9]*$/),
});
/** The `metadata.name` of such an object: a subdomain, whatever its kind. */
export const OBJECT_NAME = subdomain('the name of an object');
/** The `apiVersion` of such an object: `group/version`, or `version` for the core. */
export const API_VERSION = textShape({
  allowed:
    'an apiVersion is a group and a version, such as apps/v1 or minio.min.io/v2; v1 alone for the core',
  pattern: `^(?:(?=.{1,253}/)${LABELS}/)?${LABEL}$`,
  maxLength: 317,
  beyond: unquotedNumber,
});

/** Reference of an image: distribution/reference, with a tag or a digest so that it is pinned. */
export const IMAGE = textShape({
  allowed:
    'an image is pinned by a tag or a digest, such as docker.io/alpine/kubectl:1.36.3; latest is neither',
  pattern:
    '^(?!.*:latest$)[a-z0-9][a-z0-9._-]*(?::[0-9]{1,5}(?=/))?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$',
  maxLength: 500,
});

/** A path in a source of Flux; `.` is its top. */
export const SOURCE_PATH = textShape({
  allowed:
    'path is the folder of the config in the source, such as clusters/prod: no .. and no space',
  pattern:
    '^(?:\\./?|(?:\\./)?(?!\\.\\.?(?:/|$))[A-Za-z0-9._-]+(?:/(?!\\.\\.?(?:/|$))[A-Za-z0-9._-]+)*/?)$',
  maxLength: 500,
});

/** `metav1.Duration` as Flux accepts it for an interval. */
export const FLUX_INTERVAL = textShape({
  allowed: 'interval is a duration as Flux writes it, such as 10m or 1h30m',
  pattern: '^(?:[0-9]+(?:\\.[0-9]+)?(?:ms|s|m|h))+$',
  maxLength: 32,
});
