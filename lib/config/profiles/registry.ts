import type { WrittenCertificate } from '../written-config';
import { generic } from './generic';
import { minioKes } from './minio-kes';
import type { Profile, Said } from './profile';

/** The name of the profile that an entry chose. */
export function profileName(written: WrittenCertificate['profile'] = 'generic') {
  return typeof written === 'string' ? written : written.name;
}

/** What the chosen profile gives to an entry. */
export function profileOf(said: Said): Profile {
  const { profile } = said;
  return typeof profile === 'object' && profile.name === 'minio-kes'
    ? minioKes(profile, said)
    : generic(said);
}
