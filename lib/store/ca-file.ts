import type { CertificateSpec } from '../model/certificate-spec';
import { readCertificates, type X509 } from '../x509/certificate';
import type { Folder } from './folder';
import { readNamedFile } from './revisions';

/**
 * The certificates of the CA that the config names, if it names one.
 *
 * @throws ReleafError FILE_UNREADABLE, PEM_INVALID or CERTIFICATE_INVALID
 */
export function readCas({ root }: Folder, spec: CertificateSpec): readonly X509[] | undefined {
  return spec.ca === undefined
    ? undefined
    : readCertificates(
        readNamedFile(root, spec.ca, 'write the CA of the signer there, as PEM'),
        spec.ca,
      );
}
