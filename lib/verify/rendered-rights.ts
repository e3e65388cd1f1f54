import { inWords } from '../delivery/manifest-identity';
import { groupOf } from '../model/api-version';
import { valueAt } from '../delivery/value-at';
import { visible } from '../model/visible';
import type { Problem } from '../rotation/coherence';
import type { Manifest } from '../yaml/read-manifests';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * Bindings of others that hand on a role of ours, or give an account of ours more rights: whoever has them may
 * approve the request, or the Job may do what nobody reviewed with it.
 *
 * @param ours - objects of the folder, as synth gives them and as they were found
 * @param manifests - everything that was rendered; nobody vouches for it
 * @param source - how messages call it
 */
export function* rightsProblems(
  ours: ReadonlySet<Manifest>,
  manifests: readonly Manifest[],
  source: string,
): Generator<Problem> {
  const names = new Set(Array.from(ours, inWords));
  for (const binding of manifests) {
    if (ours.has(binding) || !isBinding(binding)) continue;
    for (const [named, fault] of [
      ...roleOf(binding).map((role) => [role, 'hands on the rights of'] as const),
      ...accountsOf(binding).map((account) => [account, 'gives more rights to'] as const),
    ]) {
      if (!names.has(named)) continue;
      yield {
        code: 'RENDERED_RIGHTS',
        file: source,
        message: `${source}: ${visible(inWords(binding))}: ${fault} ${named}, and is not of synth`,
        hint: 'take it out of the overlay: these rights are for one request and one Job',
      };
    }
  }
}

const isBinding = (one: Manifest): boolean =>
  groupOf(one) === RBAC && (one.kind === 'RoleBinding' || one.kind === 'ClusterRoleBinding');

function roleOf(binding: Manifest): readonly string[] {
  const [kind, name] = [
    valueAt(binding, ['roleRef', 'kind']),
    valueAt(binding, ['roleRef', 'name']),
  ];
  if (typeof kind !== 'string') return [];
  const namespace = kind === 'Role' ? binding.metadata?.namespace : undefined;
  return [inWords({ kind, metadata: { namespace, name } })];
}

/** Also where it is called by the name of the user that it is. */
function accountsOf(binding: Manifest): readonly string[] {
  const subjects = valueAt(binding, ['subjects']);
  if (!Array.isArray(subjects)) return [];
  const accounts = subjects.flatMap((subject: unknown) => {
    const [kind, name, namespace = binding.metadata?.namespace] = ['kind', 'name', 'namespace'].map(
      (key) => valueAt(subject, [key]),
    );
    if (kind === 'ServiceAccount') return [inWords({ kind, metadata: { namespace, name } })];
    const user = typeof name === 'string' ? /^system:serviceaccount:(.*):(.*)$/.exec(name) : null;
    if (kind !== 'User' || !user) return [];
    return [inWords({ kind: 'ServiceAccount', metadata: { namespace: user[1], name: user[2] } })];
  });
  return [...new Set(accounts)];
}
