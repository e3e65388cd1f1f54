import { ReleafError } from '../../model/errors';
import { currentRevision, type Certificate, type Revision } from '../../model/revision';
import type { ExpectedSecret } from './expected-secret';
import type { LiveSecret } from './live-secret';
import { inWords, leafOf, recognize, type Recognized } from './recognize';
import { applyOutput, type Commands, type Verdict } from './verdict';

/**
 * The certificate in a live Secret against the committed current one.
 *
 * @param hindrance - where it is said why what is applied does not arrive; undefined when nothing is known
 */
export function judgeSecretCertificate(
  live: LiveSecret,
  { spec, revisions }: Certificate,
  { namespace, name, isCurrent, file }: ExpectedSecret,
  now: Date,
  { releaf }: Commands,
  hindrance?: string,
): Verdict {
  const where = `${namespace}/${name}`;
  const item = spec.secret.keys.certificate;
  const current = isCurrent ? currentRevision(revisions) : undefined;
  const toApply = hindrance === undefined ? applyOutput(file) : [hindrance];
  const apply = current ? { next: toApply } : {};
  if (live.certificate === undefined) {
    const items = live.items.join(', ') || 'nothing';
    const message = `${where} has no ${item}; it holds ${items}`;
    return { level: 'warning', message, ...apply };
  }
  const recognized = readable(live.certificate, `${item} of Secret ${where}`, revisions);
  if ('message' in recognized) return { level: 'warning', message: recognized.message, ...apply };
  const { leaf, revision } = recognized;
  const certificate = inWords(leaf, now);
  const isServing = current !== undefined && revision?.number === current.number;
  const expected = current && leafOf(current.certificate, 'certificate.pem');
  if (leaf.notAfter <= now) {
    const fresh = !isServing && expected !== undefined && expected.notAfter > now;
    return {
      level: 'failure',
      message: `${where} holds a certificate that has expired (${certificate})`,
      next: fresh ? toApply : [releaf(`renew ${spec.name} --now`)],
    };
  }
  if (isServing) {
    return { level: 'ok', message: `${where} holds revision ${current.number} (${certificate})` };
  }
  const which =
    revision === undefined
      ? `a certificate (${certificate}) that is none of the revisions in this folder (older ones are removed)`
      : `revision ${revision.number} (${certificate})`;
  return {
    level: current ? 'warning' : 'ok',
    message: `${where} holds ${which}${current && expected ? `, not revision ${current.number} (${inWords(expected, now)})` : ''}`,
    ...apply,
  };
}

/** Whose certificate it is, or why it is none. */
function readable(
  pem: string,
  what: string,
  revisions: readonly Revision[],
): Recognized | { readonly message: string } {
  try {
    return recognize(pem, what, revisions);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return { message: error.message };
  }
}
