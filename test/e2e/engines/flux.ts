import { folderOf } from '../../harness';
import { apply, get, kubectl } from '../cluster';
import { expectAlive, kill, launch, tool } from '../processes';
import { until } from '../until';
import { established } from './custom-resources';
import { startFluxSource, type FluxSource } from './flux-source';
import { asServiceAccount } from './service-account';

const NAMESPACE = 'flux-system';
const CONTROLLER = 'kustomize-controller';
const KIND = 'kustomizations.kustomize.toolkit.fluxcd.io';
const REQUESTED = 'reconcile.fluxcd.io/requestedAt';

/** How a Kustomization stands. */
export interface KustomizationState {
  /** Status of its condition `Ready`: `True`, `False` or `Unknown`. */
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  /** As `main@sha1:…`. */
  readonly applied?: string;
  /** As `main@sha1:…`. */
  readonly attempted?: string;
  /** What it manages, as `NAMESPACE_NAME_GROUP_KIND`. */
  readonly inventory: readonly string[];
}

interface Kustomization {
  readonly status?: {
    readonly lastHandledReconcileAt?: string;
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly inventory?: { readonly entries?: readonly { readonly id: string }[] };
  };
}

/** Flux' kustomize-controller with a stand-in for source-controller, and the rights that `flux install` gives. */
export interface Flux extends Pick<FluxSource, 'gitRepository' | 'fetch'> {
  /** Namespace of all objects of Flux, also of keys to decrypt with. */
  readonly namespace: string;
  /**
   * Makes a Kustomization.
   *
   * @param spec - `sourceRef` is the name of a GitRepository; the rest goes into the object as it is
   */
  kustomization(
    name: string,
    spec: { readonly sourceRef: string; readonly path: string; readonly [field: string]: unknown },
  ): Promise<void>;
  state(name: string): Promise<KustomizationState>;
  /** As `flux reconcile kustomization` does, and waits until it has been tried. */
  reconcile(name: string): Promise<KustomizationState>;
  /** Waits until a Kustomization is Ready at a revision. */
  ready(name: string, revision: string): Promise<KustomizationState>;
  /** Ends the programs. The objects stay. */
  stop(): Promise<void>;
}

export async function startFlux(): Promise<Flux> {
  await install();
  const source = await startFluxSource(NAMESPACE);
  launch(
    CONTROLLER,
    await asServiceAccount(NAMESPACE, CONTROLLER, {
      command: tool('kustomize-controller'),
      args: [
        '--watch-all-namespaces',
        '--metrics-addr=0',
        '--health-addr=127.0.0.1:19440',
        '--requeue-dependency=1s',
      ],
      env: { RUNTIME_NAMESPACE: NAMESPACE, TMPDIR: folderOf({}) },
    }),
  );

  const kustomization = (name: string): Promise<Kustomization | undefined> =>
    get<Kustomization>(KIND, name, NAMESPACE);
  const flux: Flux = {
    namespace: NAMESPACE,
    gitRepository: (name, url, branch) => source.gitRepository(name, url, branch),
    fetch: (name) => source.fetch(name),
    async kustomization(name, { sourceRef, ...spec }) {
      await apply({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name, namespace: NAMESPACE },
        spec: {
          interval: '1h',
          prune: true,
          sourceRef: { kind: 'GitRepository', name: sourceRef },
          ...spec,
        },
      });
    },
    async state(name) {
      const { status = {} } = (await kustomization(name)) ?? {};
      const { lastAppliedRevision, lastAttemptedRevision, conditions = [], inventory } = status;
      const ready = conditions.find(({ type }) => type === 'Ready');
      return {
        ready: ready?.status ?? 'Unknown',
        reason: ready?.reason ?? '',
        message: ready?.message ?? '',
        ...(lastAppliedRevision !== undefined && { applied: lastAppliedRevision }),
        ...(lastAttemptedRevision !== undefined && { attempted: lastAttemptedRevision }),
        inventory: (inventory?.entries ?? []).map(({ id }) => id),
      };
    },
    async reconcile(name) {
      const now = new Date().toISOString();
      await kubectl([
        'annotate',
        KIND,
        name,
        '-n',
        NAMESPACE,
        '--overwrite',
        // What managers named kubectl* wrote Flux takes out again.
        '--field-manager=flux',
        `${REQUESTED}=${now}`,
      ]);
      await until(`Flux has tried ${name}`, async () => {
        expectAlive(CONTROLLER);
        return (await kustomization(name))?.status?.lastHandledReconcileAt === now;
      });
      return flux.state(name);
    },
    ready: (name, revision) =>
      until(`${name} is Ready at ${revision}`, async () => {
        expectAlive(CONTROLLER);
        const state = await flux.state(name);
        if (state.ready === 'True' && state.applied === revision) return state;
        throw new Error(JSON.stringify(state));
      }),
    async stop() {
      await kill(CONTROLLER);
      await source.close();
    },
  };
  return flux;
}

async function install(): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', tool('flux.yaml')]);
  await established(KIND, 'gitrepositories.source.toolkit.fluxcd.io');
  const metadata = { name: CONTROLLER, namespace: NAMESPACE };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await apply({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `cluster-reconciler-${NAMESPACE}` },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'cluster-admin',
        },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      },
    ],
  });
}
