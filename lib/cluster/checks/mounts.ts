import { otherSecrets } from '../../delivery/mounted-secrets';
import { currentRevision, type Certificate } from '../../model/revision';
import type { KubernetesObject } from '../kubernetes-api';
import type { Verdict } from './verdict';

/**
 * The names that the Secret may have in what serves it: the present one last, and one that comes with the next
 * revision.
 *
 * @returns none while the first name is not known
 */
export function namesToMount({ spec: { secret }, revisions }: Certificate): readonly string[] {
  const current = currentRevision(revisions);
  if (!current && secret.naming === 'perRevision') return [];
  return [secret.name, ...(current ? [current.sealedKey.name] : [])];
}

/**
 * Warns of pods that restart for a Secret and do not read it.
 *
 * @param where - the object, for the message
 * @param names - of the Secret, as {@link namesToMount}
 * @returns undefined where they do, or it cannot be known
 */
export function mountVerdict(
  live: KubernetesObject,
  where: string,
  names: readonly string[],
): Verdict | undefined {
  const meant = names.at(-1);
  const others = meant === undefined ? undefined : otherSecrets(live, names);
  if (!others || meant === undefined) return undefined;
  const mounted = others.length === 0 ? 'none' : others.join(', ');
  return {
    level: 'warning',
    message: `the pods of ${where} do not mount Secret ${meant}, they mount ${mounted}: they restart and serve what they did`,
    next: [
      `mount ${meant} there, or correct secret.name in the config; all is well where they read it from the API`,
    ],
  };
}
