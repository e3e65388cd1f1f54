import { nearest } from '../config/did-you-mean';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Folder } from '../store/folder';

/**
 * The certificates that a command was asked to work on.
 *
 * @param names - as given on the command line; none means all
 * @throws ReleafError CERTIFICATE_UNKNOWN
 */
export function select(folder: Folder, names: readonly string[]): readonly CertificateSpec[] {
  const { certificates } = folder.config;
  const known = certificates.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new ReleafError(
      'CERTIFICATE_UNKNOWN',
      `${name}: no certificate of this name in ${folder.configFile}${near === undefined ? '' : `; did you mean ${near}?`}`,
      `there are: ${known.join(', ') || 'none'}`,
    );
  }
  return names.length === 0
    ? certificates
    : certificates.filter(({ name }) => names.includes(name));
}
