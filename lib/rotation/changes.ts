import { KEY_USAGES, type CertificateSpec, type Subject } from '../model/certificate-spec';
import type { Revision } from '../model/revision';

const list = (values: readonly string[]): string => (values.length ? values.join(', ') : 'none');

const usages = (values: readonly string[]): string =>
  list(KEY_USAGES.filter((usage) => values.includes(usage)));

const subject = (name: Subject): string =>
  list([
    ...name.countries.map((value) => `C=${value}`),
    ...name.organizations.map((value) => `O=${value}`),
    ...name.organizationalUnits.map((value) => `OU=${value}`),
    ...name.localities.map((value) => `L=${value}`),
    ...name.provinces.map((value) => `ST=${value}`),
    ...(name.commonName === undefined ? [] : [`CN=${name.commonName}`]),
  ]);

/**
 * In which points the config now asks for something else than a revision did; each as a phrase for
 * people. Order of names does not count. The duration is left out: a new one takes effect at the next
 * renewal and is no reason for a new key ({@link durationChange} tells it for a pending request).
 */
export function changesSince(spec: CertificateSpec, revision: Revision): readonly string[] {
  const { record, sealedKey } = revision;
  const points: readonly (readonly [string, string, string])[] = [
    ['signer', record.signer, spec.signer],
    ['key', record.key, spec.key],
    ['subject', subject(record.subject), subject(spec.subject)],
    ['usages', usages(record.usages), usages(spec.usages)],
    ['sealing', sealedKey.sealing, spec.sealing.type],
    [
      'Secret',
      `${sealedKey.namespace}/${sealedKey.name}`,
      `${spec.secret.namespace}/${spec.secret.name}`,
    ],
  ];
  return [
    ...setChange('DNS names', record.dnsNames, spec.dnsNames),
    ...setChange('IP addresses', record.ipAddresses, spec.ipAddresses),
    ...points
      .filter(([, asked, wanted]) => asked !== wanted)
      .map(([what, asked, wanted]) => `${what}: ${asked} → ${wanted}`),
  ];
}

/** Only what came and went: a certificate may have a hundred names. */
function setChange(
  what: string,
  asked: readonly string[],
  wanted: readonly string[],
): readonly string[] {
  const added = wanted.filter((value) => !asked.includes(value)).map((value) => `+${value}`);
  const gone = asked.filter((value) => !wanted.includes(value)).map((value) => `-${value}`);
  const changes = [...added, ...gone];
  return changes.length ? [`${what}: ${changes.join(' ')}`] : [];
}

/** The change of the lifetime to ask for, if any, as a phrase. */
export function durationChange(spec: CertificateSpec, revision: Revision): readonly string[] {
  const asked = revision.record.expirationSeconds;
  return asked === spec.expirationSeconds
    ? []
    : [`duration: ${asked} s → ${spec.expirationSeconds} s`];
}
