import { posix } from 'node:path';
import type { CertificateSpec, SecretSpec } from '../model/certificate-spec';
import { alsoEncrypted } from '../sealing/sops-metadata';
import { checkRequest, SIGNERS } from '../signers/check-request';
import { nearest } from './did-you-mean';
import { formatDuration } from './duration';
import { got, type ConfigPath, type Problem } from './problem';
import type { Profile } from './profiles/profile';
import { restartRules } from './restart-rules';
import type { WrittenCertificate } from './written-config';

/**
 * What belongs together across the keys of one entry, and what its signer accepts.
 *
 * @param spec - the entry made total
 * @param profile - what the chosen profile gives
 * @param said - what entry and defaults say
 * @param entry - what the entry alone says, so that a message can tell where a value comes from
 */
export function checkRules(
  spec: CertificateSpec,
  profile: Profile,
  said: WrittenCertificate,
  entry: WrittenCertificate,
): readonly Problem[] {
  const at = (path: ConfigPath) => ['certificates', spec.name, ...path];
  const inherited = (path: ConfigPath) =>
    valueAt(said, path) !== undefined && valueAt(entry, path) === undefined;
  const report = (path: ConfigPath, allowed: string): Problem => {
    const from = inherited(path) ? ' from defaults' : '';
    return {
      path: at(path),
      text: `${got(path, valueAt(said, path))}${from}; ${allowed}`,
      ...(inherited(path) && { inherited: true }),
    };
  };
  const refused = checkRequest({ ...spec, names: spec }).map(({ field, message }): Problem => {
    const own = field.split('.');
    const path = valueAt(said, own) === undefined ? (profile.options?.[field] ?? own) : own;
    const from = inherited(path) ? ' from defaults' : '';
    const meant = field === 'signer' ? nearest(spec.signer, NAMED_SIGNERS) : undefined;
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return {
      path: at(path),
      text: `${message}${from}${hint}`,
      signerRule: true,
      ...(inherited(path) && { inherited: true }),
    };
  });
  return [
    ...renewAtRule(spec, report),
    ...keyRules(spec, report),
    ...purposeRule(spec, profile, report),
    ...secretRules(spec, report),
    ...sopsRules(spec, report),
    ...referenceRules(spec, report),
    ...teamFileRules(spec, said, report),
    ...restartRules(said.restart ?? [], spec, report),
    ...caRules(spec, said, report),
    ...refused,
  ];
}

/** The signers that have one name each. */
const NAMED_SIGNERS: readonly string[] = SIGNERS.map(({ signer }) => signer).filter(
  (signer) => signer !== '' && !signer.endsWith('/'),
);

const NEEDS_CA = 'it needs ca: the PEM file with the CA of the signer';

type Report = (path: ConfigPath, allowed: string) => Problem;

function renewAtRule({ renewAt, expirationSeconds }: CertificateSpec, report: Report): Problem[] {
  if ('share' in renewAt || renewAt.secondsBeforeExpiry < expirationSeconds) return [];
  const duration = formatDuration(expirationSeconds);
  return [
    report(
      ['renewAt'],
      `the time before expiry must be less than the duration, which is ${duration}`,
    ),
  ];
}

function keyRules(
  { keyPolicy, identity, secret, sealing }: CertificateSpec,
  report: Report,
): Problem[] {
  if (keyPolicy === 'rotate') {
    return identity && !identity.acceptChange
      ? [
          report(
            ['keyPolicy'],
            'each renewal would change the identity, and readers that know only the old one would refuse it: keyPolicy is reuse, or the profile says acceptIdentityChange: true',
          ),
        ]
      : [];
  }
  return secret.naming === 'perRevision' &&
    sealing.type === 'sealed-secrets' &&
    sealing.scope === 'strict'
    ? [
        report(
          ['secret', 'naming'],
          'keyPolicy is reuse, and a key sealed in scope strict opens under one name only: naming is stable, or the scope of sealing is namespace-wide',
        ),
      ]
    : [];
}

function purposeRule(
  { usages, profile: name }: CertificateSpec,
  { purpose }: Profile,
  report: Report,
): Problem[] {
  return purpose === undefined || usages.includes(purpose)
    ? []
    : [report(['usages'], `with ${name} there is ${purpose} among them`)];
}

function referenceRules({ references }: CertificateSpec, report: Report): Problem[] {
  return references.flatMap(({ name, type }, index) =>
    name === type
      ? [report(['references', index, 'type'], 'name and type are two different places')]
      : [],
  );
}

/** `-<revision of up to nine digits>-<8 hex>` follows the name, within the 253 characters of Kubernetes. */
const LONGEST_BASE_NAME = 253 - '-999999999-12345678'.length;

function secretRules({ secret }: CertificateSpec, report: Report): Problem[] {
  return [
    ...(secret.naming === 'perRevision' && secret.name.length > LONGEST_BASE_NAME
      ? [
          report(
            ['secret', 'name'],
            `with naming: perRevision a name has at most ${LONGEST_BASE_NAME} characters, since revision and digest follow it`,
          ),
        ]
      : []),
    ...secretKeyRules(secret, report),
  ];
}

function secretKeyRules(secret: SecretSpec, report: Report): Problem[] {
  const { privateKey, certificate } = secret.keys;
  if (secret.type === 'kubernetes.io/tls') {
    const tls = (path: 'privateKey' | 'certificate', wanted: string) =>
      secret.keys[path] === wanted
        ? []
        : [report(['secret', 'keys', path], `a Secret of type kubernetes.io/tls has ${wanted}`)];
    return [...tls('privateKey', 'tls.key'), ...tls('certificate', 'tls.crt')];
  }
  return privateKey === certificate
    ? [report(['secret', 'keys'], 'privateKey and certificate must be two different keys')]
    : [];
}

/** As CertificateSecret refuses it, but before a key is made and signed. */
function sopsRules({ secret, sealing }: CertificateSpec, report: Report): Problem[] {
  const { name, namespace, labels, type, keys } = secret;
  const { privateKey, certificate } = keys;
  // Two keys of one name are refused as such.
  if (sealing.type !== 'sops' || privateKey === certificate) return [];
  const data = { [privateKey]: '', [certificate]: '' };
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
    type,
    data,
  };
  const path = alsoEncrypted(manifest, privateKey);
  if (!path) return [];
  const isLabel = path[1] === 'labels' && path.length > 2;
  return [
    report(
      isLabel ? ['secret', 'labels', privateKey] : ['secret', 'keys', 'privateKey'],
      `SOPS would take ${path.join('.')} for encrypted as well as data.${privateKey}; choose another name`,
    ),
  ];
}

/** Written by releaf alone: an edit there would change what was recorded, or the config that asked for it. */
const NOT_OF_THE_TEAM = /^(?:certificates\/|\.releaf-tmp\/|releaf\.(?:yaml|config\.[jt]s)$)/;

function teamFileRules(
  { references }: CertificateSpec,
  { restart = [] }: WrittenCertificate,
  report: Report,
): Problem[] {
  const rule = (key: string, places: readonly { readonly file?: string }[]): Problem[] =>
    places.flatMap(({ file }, index) =>
      file !== undefined && NOT_OF_THE_TEAM.test(posix.normalize(file))
        ? [report([key, index, 'file'], 'name a file of your own: this one releaf keeps or reads')]
        : [],
    );
  return [
    ...rule(
      'restart',
      restart.map((entry) => ('file' in entry ? entry : {})),
    ),
    ...rule('references', references),
  ];
}

function caRules(
  { ca }: CertificateSpec,
  { appendCa, restart = [] }: WrittenCertificate,
  report: Report,
): Problem[] {
  if (ca !== undefined) return [];
  return [
    ...(appendCa ? [report(['appendCa'], NEEDS_CA)] : []),
    ...restart.flatMap(({ digestOf }, index) =>
      digestOf === 'ca' ? [report(['restart', index, 'digestOf'], NEEDS_CA)] : [],
    ),
  ];
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Readonly<Record<string | number, unknown>>)[step]
        : undefined,
    value,
  );
}
