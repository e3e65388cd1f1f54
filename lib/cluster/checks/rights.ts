import type { Finding } from '../../model/finding';
import { allows, mayApprove } from '../access';
import { rightInWords, ruleOf } from '../forbidden';
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
    onRequests(get, 'approve, fetch and renew --now'),
    onRequests(updateApproval, 'approve and renew --now'),
    ...signers.map((signer) => ({
      right: approve(signer),
      by: 'approve and renew --now',
      held: () => mayApprove(api, signer),
    })),
  ];
  const held = await Promise.all(needed.map((one) => one.held()));
  const missing = needed.filter((_, index) => held[index] !== true);
  // Whoever only approves should not have it, so it is not asked for here.
  const remark = (await allows(api, create()))
    ? undefined
    : 'renew --now is not yours (create); fine if you only approve';
  if (missing.length === 0) {
    const verbs = remark === undefined ? 'create, read and approve' : 'read and approve';
    const message = `you may ${verbs} requests for ${signers.join(', ')}`;
    return [{ level: 'ok', check, message: [message, remark].filter(Boolean).join('; ') }];
  }
  const words = missing.map(({ right, by }) => `${rightInWords(right)} (for ${by})`);
  return [
    {
      level: 'warning',
      check,
      message: `you may not ${words.join(', ')}`,
      next: [
        'missing in a ClusterRole:',
        ...missing.flatMap(({ right }) => ruleOf(right).split('\n')),
      ],
    },
    ...(remark === undefined ? [] : [{ level: 'ok' as const, check, message: remark }]),
  ];
}
