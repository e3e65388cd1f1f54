import type { ExpectedSecret } from './expected-secret';
import { mappingOf } from '../live-values';
import { controllerOf, ownerReferencesOf, ownersOf, type OwnerReference } from './owners';
import type { LiveSecret } from './live-secret';
import type { Commands, Verdict } from './verdict';

/** Whether a Secret is deleted by the cluster once the SealedSecret of a name is. */
export const goesWithSealedSecret = ({ metadata }: LiveSecret, name: string): boolean =>
  ownerReferencesOf(metadata).some((owner) => isSealedSecret(owner) && owner.name === name);

const isSealedSecret = ({ apiVersion, kind }: OwnerReference): boolean =>
  kind === 'SealedSecret' && apiVersion.startsWith('bitnami.com/');

/** Whether a SealedSecret controls a Secret: its controller writes it without being told that it may. */
export const isOfSealedSecret = ({ metadata }: LiveSecret): boolean =>
  ownerReferencesOf(metadata).some((owner) => owner.isController && isSealedSecret(owner));

/** Whether the Sealed Secrets controller only adds to a Secret. */
export const isPatched = ({ metadata }: LiveSecret): boolean => says(metadata, 'patch');

const says = (metadata: LiveSecret['metadata'], word: string): boolean =>
  mappingOf(metadata['annotations'])[`sealedsecrets.bitnami.com/${word}`] === 'true';

/**
 * Whether the Sealed Secrets controller may write a Secret that is there already: one that a SealedSecret
 * controls, or that says it may. It then replaces data, labels, annotations and owners, whoever the
 * owners were; with `patch` it only adds.
 *
 * @param name - of the certificate
 * @see https://github.com/bitnami/sealed-secrets/blob/v0.36.0/pkg/controller/controller.go unseal
 */
export function judgeTakeOver(
  live: LiveSecret,
  name: string,
  { namespace, name: secret, isCurrent, file }: ExpectedSecret,
  { releaf, kubectl }: Commands,
): Verdict {
  const where = `${namespace}/${secret}`;
  const { metadata } = live;
  if (isOfSealedSecret(live))
    return { level: 'ok', message: `${where} is made by its SealedSecret` };
  const controller = controllerOf(metadata);
  if (says(metadata, 'managed')) {
    return {
      level: 'ok',
      message: `${where} may be taken over: sealedsecrets.bitnami.com/managed is true${controller === undefined ? '' : `; ${controller} owns it no longer then, and does not delete it`}`,
    };
  }
  if (isPatched(live)) {
    return {
      level: 'ok',
      message: `${where} may be written into: sealedsecrets.bitnami.com/patch is true`,
    };
  }
  // To delete that SealedSecret would delete this Secret.
  const again = isCurrent && !goesWithSealedSecret(live, secret);
  const owners = ownersOf(metadata).join(', ') || 'nobody that it shows';
  return {
    level: 'failure',
    message: `${where} belongs to ${owners}; the Sealed Secrets controller refuses to write a Secret that it did not make`,
    next: [
      ...(controller === undefined
        ? []
        : [
            'better give the certificate a Secret of its own (secret.name), and let what made this one read that',
            'or take this one over; its owner then does not delete it:',
          ]),
      // It gives up after five times, and looks at no Secret's annotations (watchSecrets). The deletion comes
      // first: what takes the Secret over in between would take it along.
      ...(again
        ? [kubectl(`delete sealedsecret -n ${namespace} ${secret} --ignore-not-found`)]
        : []),
      kubectl(`annotate secret -n ${namespace} ${secret} sealedsecrets.bitnami.com/managed=true`),
      ...(again
        ? [
            `then apply dist/${file} again: a SealedSecret that was refused is not tried again by itself`,
          ]
        : isCurrent
          ? [
              'then, since a SealedSecret that was refused is tried again only with a new spec:',
              releaf(`renew ${name} --force`),
            ]
          : []),
      'data, labels, annotations and owners are then replaced',
    ],
  };
}
