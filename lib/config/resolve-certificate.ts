import { posix } from 'node:path';
import type { CertificateSpec, SealingSpec, SecretSpec, Subject } from '../model/certificate-spec';
import type { DeliverySpec } from '../model/delivery-spec';
import { checkRules } from './certificate-rules';
import { parseDuration } from './duration';
import { canonicalIpAddress } from './ip-address';
import { mergeConfig } from './merge-config';
import type { ConfigPath, Problem } from './problem';
import type { Profile } from './profiles/profile';
import { profileName, profileOf } from './profiles/registry';
import { parseRenewAt } from './renew-at';
import { resolveRestart } from './resolve-restart';
import { SEALING_FORMS } from './sealing-schema';
import type {
  WrittenCertificate,
  WrittenDefaults,
  WrittenSealing,
  WrittenSecret,
} from './written-config';

const DEFAULT_EXPIRATION_SECONDS = 90 * 86_400;
const DEFAULT_RENEW_AT = { share: 2 / 3 };
const TLS_KEYS = { privateKey: 'tls.key', certificate: 'tls.crt' };
const OPAQUE_KEYS = { privateKey: 'private.key', certificate: 'public.crt' };

const SIGNER_MISSING =
  'missing; say who signs, here or in defaults: kubernetes.io/kubelet-serving, local, or another signer name';
const SEALING_MISSING = `missing; say how the private key is kept, here or in defaults: ${SEALING_FORMS}`;
const NAMESPACE_MISSING = 'missing; say the namespace of the Secret, here or in defaults';
const NAME_MISSING = 'missing; say the name of the Secret';

/** An entry made total, and what does not fit together in it. */
export interface Resolved {
  /** Absent when there are problems. */
  readonly spec?: CertificateSpec;
  readonly problems: readonly Problem[];
}

/**
 * Fills in what an entry leaves out and checks what belongs together across its keys. The entry wins
 * over the defaults, these over the profile, this over what is built in.
 */
export function resolveCertificate(
  name: string,
  entry: WrittenCertificate,
  defaults: WrittenDefaults,
  delivery: DeliverySpec,
): Resolved {
  const said = mergeConfig(defaults, entry) as WrittenCertificate;
  const { secret = {}, sealing } = said;
  const at = (...path: ConfigPath): ConfigPath => ['certificates', name, ...path];
  const missing = (path: ConfigPath, value: unknown, text: string): readonly Problem[] =>
    value === undefined ? [{ path, text }] : [];

  const { namespace } = secret;
  const profile = profileOf({ ...said, name, namespace: namespace ?? 'default' });
  const signer = said.signer ?? profile.signer;
  const secretName = secret.name ?? profile.secretName;
  const absent = [
    ...missing(at('signer'), signer, SIGNER_MISSING),
    ...missing(at('secret', 'name'), secretName, NAME_MISSING),
    ...missing(at('secret', 'namespace'), namespace, NAMESPACE_MISSING),
    ...missing(at('sealing'), sealing, SEALING_MISSING),
    ...profile.problems.map(({ path, text }) => ({ path: at(...path), text })),
  ];
  if (!namespace || !signer || !secretName || !sealing) return { problems: absent };

  const places = (said.restart ?? []).map((entry) => resolveRestart(entry, namespace));
  const spec: CertificateSpec = {
    name,
    profile: profileName(said.profile),
    key: said.key ?? 'ecdsa-p256',
    keyPolicy: said.keyPolicy ?? profile.keyPolicy ?? 'rotate',
    ...(profile.identity && { identity: profile.identity }),
    usages: said.usages ?? profile.usages,
    signer,
    expirationSeconds: parseDuration(said.duration ?? '') ?? DEFAULT_EXPIRATION_SECONDS,
    renewAt: parseRenewAt(said.renewAt ?? '') ?? DEFAULT_RENEW_AT,
    subject: subjectOf(said, profile),
    dnsNames: said.dnsNames ?? profile.dnsNames,
    ipAddresses: (said.ipAddresses ?? []).map((address) => canonicalIpAddress(address) ?? address),
    emailAddresses: said.emailAddresses ?? [],
    uris: said.uris ?? [],
    secret: secretOf(secret, profile, secretName, namespace),
    sealing: sealingOf(sealing),
    restart: places.filter((place) => 'file' in place),
    restartObjects: places.filter((place) => 'form' in place),
    ...(profile.operated && { operated: profile.operated }),
    references: (said.references ?? []).map(({ file, name: place, type }) => ({
      file: posix.normalize(file),
      name: place,
      ...(type !== undefined && { type }),
    })),
    ...(said.ca !== undefined && { ca: posix.normalize(said.ca) }),
    appendCa: profile.appendCa,
    delivery,
    warnings: profile.warnings,
  };
  const problems = [...absent, ...checkRules(spec, profile, said, entry)];
  return problems.length === 0 ? { spec, problems } : { problems };
}

function subjectOf({ subject = {}, commonName }: WrittenCertificate, profile: Profile): Subject {
  const cn = commonName ?? profile.commonName;
  return {
    countries: subject.countries ?? [],
    organizations: subject.organizations ?? profile.organizations,
    organizationalUnits: subject.organizationalUnits ?? [],
    localities: subject.localities ?? [],
    provinces: subject.provinces ?? [],
    ...(cn !== undefined && { commonName: cn }),
  };
}

function secretOf(
  secret: WrittenSecret,
  profile: Profile,
  name: string,
  namespace: string,
): SecretSpec {
  const type = secret.type ?? profile.secretType;
  const usual = type === 'kubernetes.io/tls' ? TLS_KEYS : OPAQUE_KEYS;
  const { privateKey = usual.privateKey, certificate = usual.certificate } = secret.keys ?? {};
  return {
    name,
    naming: secret.naming ?? 'stable',
    namespace,
    type,
    keys: { privateKey, certificate },
    labels: secret.labels ?? {},
  };
}

function sealingOf(sealing: WrittenSealing): SealingSpec {
  switch (sealing.type) {
    case 'sealed-secrets': {
      const { type, certificate, scope = 'strict' } = sealing;
      return { type, certificate: posix.normalize(certificate), scope };
    }
    case 'sops': {
      const { type, recipients } = sealing;
      return { type, ...(recipients && { recipients }) };
    }
    case 'plaintext':
      return { type: 'plaintext' };
  }
}
