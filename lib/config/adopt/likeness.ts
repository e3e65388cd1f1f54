import { isDeepStrictEqual } from 'node:util';
import type { CertificateSpec } from '../../model/certificate-spec';
import { canonicalUsage } from '../../x509/key-usages';
import type { Adoption } from './candidates';

const sorted = (values: readonly string[]) => [...values].sort();

/** All that an entry decides, whatever the order of its lists. */
export function meaning(spec: CertificateSpec): object {
  const { subject, dnsNames, ipAddresses, emailAddresses, uris, usages } = spec;
  return {
    ...spec,
    warnings: [],
    subject: Object.entries(subject)
      .map(([attribute, values]: [string, string | readonly string[]]) => [
        attribute,
        sorted([values].flat()),
      ])
      .sort(),
    names: [dnsNames, ipAddresses, emailAddresses, uris].map(sorted),
    dnsNames: [],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    usages: sorted(usages.map(canonicalUsage)),
  };
}

/** Whether an entry asks for what the certificate has, and puts it where it is. */
export function isLike(spec: CertificateSpec, { secret, like }: Adoption): boolean {
  const { commonName: issued, ...attributes } = like.names.subject;
  const commonName = like.hasLongCommonName ? spec.subject.commonName : issued;
  const { namespace = spec.secret.namespace, keys } = secret;
  const wanted: CertificateSpec = {
    ...spec,
    ...like.names,
    subject: { ...attributes, ...(commonName !== undefined && { commonName }) },
    usages: like.usages ?? spec.usages,
    key: like.key ?? spec.key,
    secret: {
      ...spec.secret,
      name: secret.name,
      namespace,
      type: secret.type,
      keys: { ...spec.secret.keys, ...keys },
    },
  };
  return isDeepStrictEqual(meaning(spec), meaning(wanted));
}
