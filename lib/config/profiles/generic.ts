import type { Profile, Said } from './profile';

/** No product: the entry says names and Secret. */
export function generic(said: Said): Profile {
  return {
    dnsNames: [],
    organizations: [],
    usages: said.key?.startsWith('rsa-')
      ? ['digital signature', 'key encipherment', 'server auth']
      : ['digital signature', 'server auth'],
    secretType: 'kubernetes.io/tls',
    appendCa: said.appendCa ?? false,
    warnings: [],
    problems: [],
  };
}
