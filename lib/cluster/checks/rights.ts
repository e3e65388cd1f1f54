import type { Finding } from '../../model/finding';
import { allows, mayApprove } from '../access';
import { forbidden } from '../forbidden';
import type { KubernetesApi, Right } from '../kubernetes-api';
import { signingRequestRights } from '../signing-requests';

/** A right with the commands that do not work without it. */
interface Needed {
  readonly right: Right;
  readonly by: string;
  readonly held: () => Promise<boolean>;
}

/**
 * What the caller may do with requests.
 *
 * @param signers - those that certificates of the config use
 * @param pending - names of the requests that wait now: a right may be limited to them
 */
export async function checkRights(
  api: KubernetesApi,
  signers: readonly string[],
  pending: readonly string[],
): Promise<readonly Finding[]> {
  const check = 'rights';
  const onRequests = (of: (name?: string) => Right, by: string): Needed => ({
    right: of(),
    by,
    held: async () => {
      if (await allows(api, of())) return true;
      const named = await Promise.all(pending.map((name) => allows(api, of(name))));
      return named.length > 0 && named.every(Boolean);
    },
  });
  const { create, get, updateApproval, approve } = signingRequestRights;
  const needed: readonly Needed[] = [
    { right: create(), by: 'releaf renew --now needs', held: () => allows(api, create()) },
    onRequests(get, 'releaf approve, fetch and renew --now need'),
    onRequests(updateApproval, 'releaf approve and renew --now need'),
    ...signers.map((signer) => ({
      right: approve(signer),
      by: 'releaf approve and renew --now need',
      held: () => mayApprove(api, signer),
    })),
  ];
  const held = await Promise.all(needed.map((one) => one.held()));
  const missing = needed.filter((_, index) => held[index] !== true);
  if (missing.length === 0) {
    const message = `you may create, read and approve requests for ${signers.join(', ')}`;
    return [{ level: 'ok', check, message }];
  }
  return missing.map(({ right, by }): Finding => {
    const { message, hint } = forbidden(right);
    return { level: 'warning', check, message: `${message}; ${by} it`, next: hint };
  });
}
