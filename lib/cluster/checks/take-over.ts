import type { ExpectedSecret } from './expected-secret';
import { controllerOf, ownersOf } from './owners';
import type { LiveSecret } from './live-secret';
import type { Verdict } from './verdict';

/**
 * Whether the Sealed Secrets controller may write a Secret that is there already: one that a SealedSecret
 * controls, or that says it may. It then replaces data, labels, annotations and owners, whoever the
 * owners were; with `patch` it only adds.
 *
 * @param name - of the certificate
 * @see https://github.com/bitnami/sealed-secrets/blob/v0.36.0/pkg/controller/controller.go unseal
 */
export function judgeTakeOver(
  { metadata }: LiveSecret,
  name: string,
  { namespace, name: secret, isCurrent }: ExpectedSecret,
): Verdict {
  const where = `${namespace}/${secret}`;
  const own = metadata?.ownerReferences?.some(
    ({ apiVersion, kind, controller }) =>
      controller === true && kind === 'SealedSecret' && apiVersion.startsWith('bitnami.com/'),
  );
  if (own === true) return { level: 'ok', message: `${where} is made by its SealedSecret` };
  const says = (word: string): boolean =>
    metadata?.annotations?.[`sealedsecrets.bitnami.com/${word}`] === 'true';
  const controller = controllerOf(metadata);
  const loses =
    controller === undefined
      ? ''
      : `; ${controller} owns it no longer then, and does not delete it`;
  if (says('managed')) {
    return {
      level: 'ok',
      message: `${where} may be taken over: sealedsecrets.bitnami.com/managed is true${loses}`,
    };
  }
  if (says('patch')) {
    return {
      level: 'ok',
      message: `${where} may be written into: sealedsecrets.bitnami.com/patch is true`,
    };
  }
  const owners = ownersOf(metadata).join(', ') || 'nobody that it shows';
  return {
    level: 'failure',
    message: `${where} belongs to ${owners}; the Sealed Secrets controller refuses to write a Secret that it did not make`,
    next: [
      ...(controller === undefined
        ? []
        : [
            `${controller} made it: better give the certificate a name of its own (secret.name), and let ${controller} read that one`,
            'or take this one over:',
          ]),
      // It gives up after five times, and looks at no Secret's annotations (watchSecrets). The deletion comes
      // first: what takes the Secret over in between would take it along.
      ...(isCurrent
        ? [`kubectl delete sealedsecret -n ${namespace} ${secret} --ignore-not-found`]
        : []),
      `kubectl annotate secret -n ${namespace} ${secret} sealedsecrets.bitnami.com/managed=true`,
      ...(isCurrent
        ? [
            `then apply dist/${name}.k8s.yaml again: a SealedSecret that was refused is not tried again by itself`,
          ]
        : []),
      `data, labels, annotations and owners are then replaced${loses}`,
    ].join('\n'),
  };
}
