import { acceptCertificate } from '../../rotation/accept-certificate';
import { readCas } from '../../store/ca-file';
import type { Folder } from '../../store/folder';
import type { Context } from '../context';
import type { Issue } from '../issue';
import type { SignedRequest } from './signed-request';

/**
 * Judges the certificate that was found for a request, at the time that it is by now.
 *
 * @throws ReleafError as `acceptCertificate`
 */
export function takeCertificate(
  { clock }: Context,
  folder: Folder,
  { spec, pending, revisions, certificate, source }: SignedRequest,
  allowOlder: boolean,
): Issue {
  const cas = readCas(folder, spec);
  const accepted = acceptCertificate(spec, pending, certificate, source, {
    now: clock.now(),
    revisions,
    allowOlder,
    ...(cas && { cas }),
  });
  return { spec, pending, accepted };
}
