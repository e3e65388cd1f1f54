import type { CertificateSpec } from '../model/certificate-spec';
import { checkRequest } from '../signers/check-request';
import { formatDuration } from './duration';
import { got, type ConfigPath, type Problem } from './problem';
import type { WrittenCertificate } from './written-config';

/**
 * What belongs together across the keys of one entry, and what its signer accepts.
 *
 * @param spec - the entry made total
 * @param said - what entry and defaults say
 * @param entry - what the entry alone says, so that a message can tell where a value comes from
 */
export function checkRules(
  spec: CertificateSpec,
  said: WrittenCertificate,
  entry: WrittenCertificate,
): readonly Problem[] {
  const at = (path: ConfigPath) => ['certificates', spec.name, ...path];
  const inherited = (path: ConfigPath) =>
    valueAt(said, path) !== undefined && valueAt(entry, path) === undefined;
  const report = (path: ConfigPath, allowed: string): Problem => {
    const from = inherited(path) ? ' from defaults' : '';
    return { path: at(path), text: `${got(path, valueAt(said, path))}${from}; ${allowed}` };
  };
  const refused = checkRequest({ ...spec, names: spec }).map(({ field, message }): Problem => {
    const path = field.split('.');
    const from = inherited(path) ? ' from defaults' : '';
    return { path: at(path), text: `${message}${from}`, signerRule: true };
  });
  return [
    ...renewAtRule(spec, report),
    ...secretRules(spec, report),
    ...caRules(spec, said, report),
    ...refused,
  ];
}

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

function secretRules({ secret }: CertificateSpec, report: Report): Problem[] {
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

function caRules(
  { ca, restart }: CertificateSpec,
  { appendCa }: WrittenCertificate,
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
