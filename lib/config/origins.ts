import type { CertificateSpec } from '../model/certificate-spec';
import { formatDuration } from './duration';
import { mergeConfig } from './merge-config';
import { formatPath, type ConfigPath } from './problem';
import type { Profile } from './profiles/profile';
import { profileOf } from './profiles/registry';
import type { WrittenCertificate, WrittenConfig } from './written-config';

/** One file of a config: the folder's own, or one that it extends. */
export interface ConfigLayer {
  /** Path relative to the folder of the config. */
  readonly file: string;
  /** What a person wrote in it, unchecked. */
  readonly written: unknown;
  /** Line of a value, counted from 1; undefined where it is not known, as in a config that is code. */
  readonly lineOf: (path: ConfigPath) => number | undefined;
}

/** Where a value was written. */
export interface Place {
  /** Relative to the folder of the config. */
  readonly file: string;
  /** Counted from 1; absent for a config that is code. */
  readonly line?: number;
}

/** Where a value of a certificate comes from: said by its entry or by the defaults, or not said. */
export type Origin =
  | ({ readonly from: 'entry' | 'defaults' } & Place)
  /** The place is where the profile was chosen. */
  | ({ readonly from: 'profile'; readonly profile: string } & Partial<Place>)
  | { readonly from: 'built-in' };

/** A value of a certificate, and where it comes from. */
export interface SettledValue {
  /** Path under the entry, such as `secret.namespace`. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/**
 * Where each value of a certificate comes from. The entry wins over the defaults, and in both the file
 * of the folder over what it extends, as in `mergeConfig`.
 *
 * @param layers - the folder's own file first, then what it extends
 * @param spec - what `parseConfig` made of them
 */
export function originsOf(
  layers: readonly ConfigLayer[],
  spec: CertificateSpec,
): readonly SettledValue[] {
  const entry: ConfigPath = ['certificates', spec.name];
  const said = (path: ConfigPath): Origin | undefined =>
    placeOf(layers, [...entry, ...path], 'entry') ??
    placeOf(layers, ['defaults', ...path], 'defaults');
  const given = spec.profile === 'generic' ? new Set() : givenBy(profileIn(layers, spec));
  const { file, line } = { ...(said(['profile']) as Partial<Place> | undefined) };
  const profile: Origin = {
    from: 'profile',
    profile: spec.profile,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
  };
  return valuesOf(spec).map(([path, value]) => {
    const shown = formatPath(path);
    const unsaid: Origin = given.has(shown) ? profile : { from: 'built-in' };
    return { path: shown, value, origin: said(path) ?? unsaid };
  });
}

/** The profile as `resolveCertificate` had it. */
function profileIn(layers: readonly ConfigLayer[], { name, secret }: CertificateSpec): Profile {
  const { defaults = {}, certificates = {} } = layers.reduceRight<unknown>(
    (base, { written }) => mergeConfig(base, written),
    undefined,
  ) as WrittenConfig;
  const said = mergeConfig(defaults, certificates[name]) as WrittenCertificate;
  return profileOf({ ...said, name, namespace: secret.namespace });
}

/** Paths of what a profile says. */
function givenBy(profile: Profile): ReadonlySet<string> {
  const { organizations, signer, commonName, keyPolicy, secretName } = profile;
  const optional = { signer, commonName, keyPolicy, 'secret.name': secretName };
  return new Set([
    ...Object.entries(optional).flatMap(([path, value]) => (value === undefined ? [] : [path])),
    ...(organizations.length > 0 ? ['subject.organizations'] : []),
    ...['usages', 'dnsNames', 'appendCa', 'secret.type'],
  ]);
}

function placeOf(
  layers: readonly ConfigLayer[],
  path: ConfigPath,
  from: 'entry' | 'defaults',
): Origin | undefined {
  const layer = layers.find(({ written }) => valueAt(written, path) !== undefined);
  if (!layer) return undefined;
  const line = layer.lineOf(path);
  return { from, file: layer.file, ...(line !== undefined && { line }) };
}

function valueAt(written: unknown, path: ConfigPath): unknown {
  let value = written;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

type Value = readonly [path: ConfigPath, value: unknown];

/** Every value that a certificate has, as the config spells it; empty lists are left out. */
function valuesOf(spec: CertificateSpec): readonly Value[] {
  const { subject, secret, sealing, renewAt } = spec;
  const { commonName, ...attributes } = subject;
  const { type, ...sealed } = sealing;
  const all: readonly Value[] = [
    [['profile'], spec.profile],
    [['signer'], spec.signer],
    [['key'], spec.key],
    [['keyPolicy'], spec.keyPolicy],
    [['duration'], formatDuration(spec.expirationSeconds)],
    [
      ['renewAt'],
      'share' in renewAt
        ? `after ${Math.round(renewAt.share * 1000) / 10}% of the lifetime`
        : `${formatDuration(renewAt.secondsBeforeExpiry)} before expiry`,
    ],
    [['commonName'], commonName],
    ...Object.entries(attributes).map(([key, value]): Value => [['subject', key], value]),
    [['dnsNames'], spec.dnsNames],
    [['ipAddresses'], spec.ipAddresses],
    [['emailAddresses'], spec.emailAddresses],
    [['uris'], spec.uris],
    [['usages'], spec.usages],
    [['secret', 'namespace'], secret.namespace],
    [['secret', 'name'], secret.name],
    [['secret', 'naming'], secret.naming],
    [['secret', 'type'], secret.type],
    [['secret', 'keys', 'privateKey'], secret.keys.privateKey],
    [['secret', 'keys', 'certificate'], secret.keys.certificate],
    ...Object.entries(secret.labels).map(([key, value]): Value => [
      ['secret', 'labels', key],
      value,
    ]),
    [['sealing', 'type'], type],
    ...Object.entries(sealed).map(([key, value]): Value => [['sealing', key], value]),
    [['ca'], spec.ca],
    [['appendCa'], spec.appendCa],
    [['restart'], [...spec.restart, ...spec.restartObjects]],
    [['references'], spec.references],
  ];
  return all.filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
}
