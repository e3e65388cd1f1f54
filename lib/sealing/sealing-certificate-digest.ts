import { createHash } from 'node:crypto';
import { ReleafError } from '../model/errors';
import { shellWord } from '../model/shell-word';
import { decodePem } from '../x509/pem';

/**
 * DER of the one certificate that `kubeseal --fetch-cert` prints.
 *
 * @param file - its name, for messages
 * @throws ReleafError PEM_INVALID; SEALING_CERTIFICATE when it is not one CERTIFICATE
 */
export function sealingCertificateDer(pem: string, file: string): Buffer {
  // As the shell leaves it when the command whose output was to go there fails.
  if (pem.trim() === '') {
    throw new ReleafError(
      'SEALING_CERTIFICATE',
      `${file}: is empty`,
      fetchSealingCertificate(file),
    );
  }
  const blocks = decodePem(pem, file);
  const [block] = blocks;
  if (blocks.length === 1 && block?.label === 'CERTIFICATE') return block.der;
  throw new ReleafError(
    'SEALING_CERTIFICATE',
    `${file}: expected one PEM CERTIFICATE, found ${blocks.map(({ label }) => label).join(', ')}`,
    fetchSealingCertificate(file),
  );
}

/** What to do about a sealing certificate that cannot be used. */
export const fetchSealingCertificate = (file: string): string =>
  `write the controller's own certificate there: releaf doctor --sealing-certificate > ${shellWord(file)}, or kubeseal --fetch-cert`;

/**
 * Tells sealing certificates apart, without reading what they say: cheap enough for every plan.
 *
 * @param file - its name, for messages
 * @returns lower-case hex SHA-256 of the DER
 * @throws ReleafError as {@link sealingCertificateDer}
 */
export function sealingCertificateSha256(pem: string, file: string): string {
  return createHash('sha256').update(sealingCertificateDer(pem, file)).digest('hex');
}
