import type { ClusterOptions, KubernetesApi } from '../cluster/kubernetes-api';
import { describeSecret, type SecretDescription } from '../config/adopt/describe-secret';
import { onlySecret, secretObjectIn, unfit } from '../config/adopt/secret-object';
import { NAMESPACE, SECRET_NAME } from '../config/kubernetes-names';
import { decode, readText, readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import { typedKubectl } from './typed';

/** A Secret, and where it comes from. */
export interface Read {
  readonly secret: SecretDescription;
  /** The cluster that it comes from. */
  readonly api?: KubernetesApi;
  /** The file that it comes from. */
  readonly file?: string;
}

/** A Secret that was saved to be adopted is the one thing here that could leak. */
export function keyWarning({ hasPrivateKey }: SecretDescription, file?: string): readonly string[] {
  return hasPrivateKey && file !== undefined
    ? [`${file} holds the old private key in clear: delete it, and do not commit it`]
    : [];
}

/**
 * Reads the Secret that was named: a file, `-` for standard input, or NAMESPACE/NAME in the cluster. A file
 * goes before the cluster.
 *
 * @throws ReleafError SECRET_UNFIT, FILE_UNREADABLE, or as the Kubernetes API
 */
export async function readSecret(
  context: Context,
  reference: string,
  flags: ClusterOptions,
): Promise<Read> {
  const fromText = (text: string, what: string): Read => ({
    secret: describeSecret(secretObjectIn(text, what), what),
  });
  if (reference === '-') {
    return fromText(decode(await context.readInput(), 'standard input'), 'standard input');
  }
  const [namespace = '', name = '', ...more] = reference.split('/');
  const isLive =
    more.length === 0 &&
    NAMESPACE.broken(namespace) === undefined &&
    SECRET_NAME.broken(name) === undefined &&
    !/\.(?:ya?ml|json)$/.test(name);
  const text = isLive
    ? readTextIfThere(reference, reference)
    : readText(
        reference,
        reference,
        'give a file, - for standard input, or NAMESPACE/NAME of a Secret in the cluster',
      );
  if (text !== undefined) return { ...fromText(text, reference), file: reference };
  const api = await context.openCluster(flags);
  const object = await api.get({ group: '', version: 'v1', resource: 'secrets', namespace, name });
  if (!object) {
    throw unfit(
      reference,
      `there is no such Secret in ${api.context}, and no such file`,
      typedKubectl(context, `get secrets -n ${namespace}`),
    );
  }
  const secret = onlySecret([{ kind: 'Secret', ...object }], reference);
  return { secret: describeSecret(secret, reference), api };
}
