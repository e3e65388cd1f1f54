import { ReleafError } from '../../model/errors';
import { acceptCertificate } from '../../rotation/accept-certificate';
import { readCas } from '../../store/ca-file';
import type { Folder } from '../../store/folder';
import type { Context } from '../context';
import type { Issue } from '../install-certificates';
import type { SignedRequest } from './signed-request';

/**
 * Judges the certificate that was found for a request, at the time that it is by now.
 *
 * @throws ReleafError as `acceptCertificate`
 */
export function takeCertificate(
  { clock }: Context,
  folder: Folder,
  { spec, pending, revisions, certificate, source, instead }: SignedRequest,
  allowOlder: boolean,
): Issue {
  const cas = readCas(folder, spec);
  try {
    const accepted = acceptCertificate(spec, pending, certificate, source, {
      now: clock.now(),
      revisions,
      allowOlder,
      ...(cas && { cas }),
    });
    return { spec, pending, accepted };
  } catch (error) {
    if (!(error instanceof ReleafError) || instead === undefined) throw error;
    throw new ReleafError(
      error.code,
      error.message,
      [error.hint, instead].filter((one) => one !== '').join('; '),
    );
  }
}
