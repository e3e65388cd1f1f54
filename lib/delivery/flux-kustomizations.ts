import type { DeliverySpec, FluxKustomizations } from '../model/delivery-spec';
import { FLUX } from './flux';

/** A Kustomization of Flux: one folder of `dist/`, applied by itself. */
interface KustomizationObject {
  readonly apiVersion: 'kustomize.toolkit.fluxcd.io/v1';
  readonly kind: 'Kustomization';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly interval: string;
    readonly path: string;
    readonly prune: true;
    /** Ready only when every object of the folder is. */
    readonly wait: true;
    readonly timeout: string;
    readonly sourceRef: FluxKustomizations['source'];
    readonly decryption?: object;
    readonly dependsOn?: readonly { readonly name: string }[];
    readonly healthCheckExprs?: readonly HealthCheck[];
  };
}

/** When an object of a kind counts as applied, in CEL; neither failed nor current is in progress. */
interface HealthCheck {
  readonly apiVersion: string;
  readonly kind: string;
  readonly failed: string;
  readonly current: string;
}

/** Before its controller has written a status this cannot be evaluated, and Flux goes on waiting. */
const synced = (status: string): string =>
  `status.observedGeneration == metadata.generation && status.conditions.exists(c, c.type == 'Synced' && c.status == '${status}')`;

/** Flux knows neither kind: a SealedSecret would count as applied before its controller has seen it. */
const SEALED_SECRET: HealthCheck = {
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  failed: synced('False'),
  current: synced('True'),
};

/** A request is done when it is signed, so that one that waits for somebody shows. */
const SIGNING_REQUEST: HealthCheck = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  failed:
    "has(status.conditions) && status.conditions.exists(c, c.type == 'Denied' || c.type == 'Failed')",
  current: 'has(status.certificate)',
};

/**
 * The Kustomization objects of Flux that apply the folders of `dist/`, each by itself: nothing waits for
 * the requests, and what restarts pods waits for the Secrets.
 *
 * @param folders - those of `dist/` that hold a `kustomization.yaml`
 * @returns none where the config does not ask for them
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function fluxKustomizations(
  { kustomizations }: DeliverySpec,
  folders: readonly string[],
): readonly object[] {
  if (!kustomizations) return [];
  return [...folders].sort().map((folder) => kustomizationOf(kustomizations, folder));
}

function kustomizationOf(
  { name, namespace, source, path, interval, decryptionSecret }: FluxKustomizations,
  folder: string,
): KustomizationObject {
  const { secret, restart, request } = FLUX.folders;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: `${name}-${folder}`, namespace },
    spec: {
      interval,
      path: `./${path === '' ? '' : `${path}/`}dist/${folder}`,
      prune: true,
      wait: true,
      // A new commit is looked at only when the wait is over, and a request may wait for a person.
      timeout: folder === request ? '1m' : '5m',
      sourceRef: source,
      ...(folder === secret && {
        ...(decryptionSecret !== undefined && {
          decryption: { provider: 'sops', secretRef: { name: decryptionSecret } },
        }),
        healthCheckExprs: [SEALED_SECRET],
      }),
      ...(folder === restart &&
        secret !== undefined && { dependsOn: [{ name: `${name}-${secret}` }] }),
      ...(folder === request && { healthCheckExprs: [SIGNING_REQUEST] }),
    },
  };
}
