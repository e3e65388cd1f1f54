import { stringify } from 'yaml';
import { didYouMean, textShape, type TextShape } from './text-shape';

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
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

export const NAMESPACE = label('a namespace');
export const STATEFUL_SET = label('the name of a StatefulSet', 59);
export const SERVICE = label('the name of a Service');
/** The operator's Service is `<tenant>-kes-hl-svc`, a label of at most 63 characters. */
export const TENANT = label('the name of a Tenant', 52);

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

export const SECRET_NAME = subdomain('the name of a Secret');
export const CLUSTER_DOMAIN = subdomain('a cluster domain');

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

export const ANNOTATIONS_PATH = path(
  'annotations is the path of a mapping, such as spec.template.metadata.annotations, spec.pools[0].annotations or metadata["a.b"].annotations',
);
export const SECRET_NAME_PATH = path(
  "name is the path of the value that is the Secret's name, such as spec.kes.externalCertSecret.name or spec.template.spec.volumes[0].secret.secretName",
);
export const SECRET_TYPE_PATH = path(
  "type is the path of the value that is the Secret's type, such as spec.kes.externalCertSecret.type",
);
