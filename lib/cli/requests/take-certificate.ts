import { acceptCertificate } from '../../rotation/accept-certificate';
import { readCas } from '../../store/ca-file';
import type { Folder } from '../../store/folder';
import type { Context } from '../context';
import type { Issue } from '../issue';
import type { LiveRequest } from './live-request';

/**
 * Judges the certificate that stands in a live request, at the time that it is by now.
 *
 * @throws ReleafError as `acceptCertificate`
 */
export function takeCertificate(
  { clock }: Context,
  folder: Folder,
  { spec, pending, revisions, live }: LiveRequest,
  allowOlder: boolean,
): Issue {
  const pem = Buffer.from(live.status?.certificate ?? '', 'base64').toString();
  const cas = readCas(folder, spec);
  const accepted = acceptCertificate(
    spec,
    pending,
    pem,
    `the certificate of ${pending.record.objectName}`,
    { now: clock.now(), revisions, allowOlder, ...(cas && { cas }) },
  );
  return { spec, pending, accepted };
}
