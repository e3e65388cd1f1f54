import type { WrittenCertificate } from '../written-config';
import { generic } from './generic';
import { kubernetesClient } from './kubernetes-client';
import { minioKes } from './minio-kes';
import { minioKesClient } from './minio-kes-client';
import type { Profile, Said } from './profile';

/** The name of the profile that an entry chose. */
export function profileName(written: WrittenCertificate['profile'] = 'generic') {
  return typeof written === 'string' ? written : written.name;
}

/** What the chosen profile gives to an entry. */
export function profileOf(said: Said): Profile {
  const { profile = 'generic' } = said;
  if (typeof profile === 'string') return generic(said);
  switch (profile.name) {
    case 'generic':
      return generic(said);
    case 'kubernetes-client':
      return kubernetesClient(profile, said);
    case 'minio-kes':
      return minioKes(profile, said);
    case 'minio-kes-client':
      return minioKesClient(profile, said);
  }
}
