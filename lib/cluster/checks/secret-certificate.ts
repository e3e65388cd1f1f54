import type { CertificateSpec } from '../../model/certificate-spec';
import { ReleafError } from '../../model/errors';
import { currentRevision, type Certificate, type Revision } from '../../model/revision';
import type { ExpectedSecret } from './expected-secret';
import type { LiveSecret } from './live-secret';
import { inWords, leafOf, recognize, type Recognized } from './recognize';
import { applyOutput, type Typed, type Verdict } from './verdict';

/** The certificate in a live Secret against the committed current one. */
export function judgeSecretCertificate(
  live: LiveSecret,
  { spec, revisions }: Certificate<CertificateSpec>,
  { namespace, name, isCurrent }: ExpectedSecret,
  now: Date,
  typed: Typed,
): Verdict {
  const where = `${namespace}/${name}`;
  const item = spec.secret.keys.certificate;
  const current = isCurrent ? currentRevision(revisions) : undefined;
  const apply = current ? { next: applyOutput(spec.name) } : {};
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
      next: fresh ? applyOutput(spec.name) : typed(`renew ${spec.name} --now`),
    };
  }
  if (isServing) {
    return { level: 'ok', message: `${where} holds revision ${current.number} (${certificate})` };
  }
  const which =
    revision === undefined
      ? 'a certificate that releaf did not fetch'
      : `revision ${revision.number}`;
  return {
    level: current ? 'warning' : 'ok',
    message: `${where} holds ${which} (${certificate})${current && expected ? `, not revision ${current.number} (${inWords(expected, now)})` : ''}`,
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
