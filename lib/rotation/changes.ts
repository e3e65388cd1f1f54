import { KEY_USAGES, type CertificateSpec, type Subject } from '../model/certificate-spec';
import type { Revision, SealedKey } from '../model/revision';
import { secretNameOf } from './secret-name';

/** For whom keys are sealed now, where a file beside the config says it. */
export type SealedFor =
  | {
      /** Lower-case hex SHA-256 of the sealing certificate's DER. */
      readonly sealingCertificateSha256: string;
    }
  | {
      /** age recipients. */
      readonly recipients: readonly string[];
    };

/** A point in which the config now asks for something else than a revision did. */
export interface Change {
  /** A phrase for people. */
  readonly text: string;
  /** Whether it takes another private key, or another ciphertext of it, which takes the key. */
  readonly needsKey: boolean;
}

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
 * In which points the config now asks for something else than a revision did. Order of names does not
 * count. The duration is left out: a new one takes effect at the next renewal and is no reason for a new
 * request ({@link durationChange} tells it for a pending one).
 *
 * @param sealedFor - undefined where no file says it, or it could not be read
 */
export function changesSince(
  spec: CertificateSpec,
  revision: Revision,
  sealedFor: SealedFor | undefined,
): readonly Change[] {
  const { record, sealedKey } = revision;
  const { namespace, naming } = spec.secret;
  const secretName = secretNameOf(spec.secret, spec.name, record.objectName);
  const isRenamed = sealedKey.namespace !== namespace || sealedKey.name !== secretName;
  // How the name of the next revision ends is not known before its request.
  const wanted = naming === 'stable' ? secretName : `${spec.secret.name}-<revision>-<digest>`;
  const forKey = [
    ...setChange('DNS names', record.dnsNames, spec.dnsNames),
    ...setChange('IP addresses', record.ipAddresses, spec.ipAddresses),
    ...setChange('email addresses', record.emailAddresses, spec.emailAddresses),
    ...setChange('URIs', record.uris, spec.uris),
    ...change('key', record.key, spec.key),
    ...change('subject', subject(record.subject), subject(spec.subject)),
    ...sealingChanges(spec, sealedKey, sealedFor),
    ...(isRenamed
      ? [`Secret: ${sealedKey.namespace}/${sealedKey.name} → ${namespace}/${wanted}`]
      : []),
  ];
  const forRequest = [
    ...change('signer', record.signer, spec.signer),
    ...change('usages', usages(record.usages), usages(spec.usages)),
  ];
  return [
    ...forKey.map((text) => ({ text, needsKey: true })),
    ...forRequest.map((text) => ({ text, needsKey: false })),
  ];
}

const change = (what: string, asked: string, wanted: string): readonly string[] =>
  asked === wanted ? [] : [`${what}: ${asked} → ${wanted}`];

/** Only what came and went: a certificate may have a hundred names. */
function setChange(
  what: string,
  asked: readonly string[],
  wanted: readonly string[],
  shown = (value: string): string => value,
): readonly string[] {
  const added = wanted.filter((value) => !asked.includes(value)).map((value) => `+${shown(value)}`);
  const gone = asked.filter((value) => !wanted.includes(value)).map((value) => `-${shown(value)}`);
  const changes = [...added, ...gone];
  return changes.length ? [`${what}: ${changes.join(' ')}`] : [];
}

/** A post-quantum one has 1,959 characters. */
const shortRecipient = (recipient: string): string =>
  recipient.length > 70 ? `${recipient.slice(0, 16)}…${recipient.slice(-6)}` : recipient;

const short = (sha256: string): string => `${sha256.slice(0, 12)}…`;

function sealingChanges(
  { sealing, secret }: CertificateSpec,
  sealedKey: SealedKey,
  sealedFor: SealedFor | undefined,
): readonly string[] {
  if (sealedKey.sealing === 'sealed-secrets' && sealing.type === 'sealed-secrets') {
    const recorded = sealedKey.sealingCertificateSha256;
    const wanted =
      sealedFor && 'sealingCertificateSha256' in sealedFor
        ? sealedFor.sealingCertificateSha256
        : recorded;
    return [
      ...change('scope', sealedKey.scope, sealing.scope),
      ...change('sealing certificate', short(recorded), short(wanted)),
    ];
  }
  if (sealedKey.sealing === 'sops' && sealing.type === 'sops') {
    const recorded = sealedKey.age.map(({ recipient }) => recipient);
    const wanted =
      sealing.recipients ??
      (sealedFor && 'recipients' in sealedFor ? sealedFor.recipients : recorded);
    return [
      ...setChange('recipients', recorded, wanted, shortRecipient),
      // SOPS binds the ciphertext to its path in the file.
      ...change('key of the Secret', sealedKey.item, secret.keys.privateKey),
    ];
  }
  return change('sealing', sealedKey.sealing, sealing.type);
}

/** The change of the lifetime to ask for, if any. */
export function durationChange(spec: CertificateSpec, revision: Revision): readonly Change[] {
  const asked = revision.record.expirationSeconds;
  return change('duration', `${asked} s`, `${spec.expirationSeconds} s`).map((text) => ({
    text,
    needsKey: false,
  }));
}
