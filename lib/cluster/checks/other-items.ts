import { ReleafError } from '../../model/errors';
import type { Certificate } from '../../model/revision';
import type { LiveSecret } from './live-secret';
import { recognize } from './recognize';
import { isOfSealedSecret, isPatched } from './take-over';
import type { Verdict } from './verdict';

/** The items of a Secret of somebody else that are not in the one that takes its place. */
export function judgeOtherItems(
  live: LiveSecret,
  certificate: Certificate,
  where: string,
): readonly Verdict[] {
  const { sealing, secret } = certificate.spec;
  const isSealed = sealing.type === 'sealed-secrets';
  const stay = isSealed
    ? isOfSealedSecret(live) || isPatched(live)
    : holdsRevision(live, certificate);
  const written = [secret.keys.certificate, secret.keys.privateKey];
  const others = live.items.filter((item) => !written.includes(item));
  if (stay || others.length === 0) return [];
  return [
    {
      level: 'warning',
      message: `${where} has items that releaf does not write, and that ${isSealed ? 'will' : 'may'} be removed from it when releaf's is applied: ${others.join(', ')}`,
      next: ['move them elsewhere first if somebody reads them'],
    },
  ];
}

function holdsRevision({ certificate: pem }: LiveSecret, { revisions }: Certificate): boolean {
  try {
    return pem !== undefined && recognize(pem, 'the Secret', revisions).revision !== undefined;
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
}
