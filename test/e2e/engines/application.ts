/** Namespace of Argo CD's objects. */
export const NAMESPACE = 'argocd';

/** What an Application is made from. */
export interface ApplicationSpec {
  readonly name: string;
  readonly repoUrl: string;
  /** Folder of the repository. */
  readonly path: string;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  /** `spec.source` beyond that, as `directory`. */
  readonly source?: object;
  /** @default - synchronized by itself, with pruning and self-healing */
  readonly syncPolicy?: object;
}

/** How an Application stands. */
export interface ApplicationState {
  readonly sync: string;
  readonly health: string;
  /** Commit that it was compared with last. */
  readonly revision: string;
  /** Of the last sync. */
  readonly phase?: string;
  /** Of the last sync. */
  readonly message?: string;
  /** As `Type: message`. */
  readonly conditions: readonly string[];
  /** How many syncs there were. */
  readonly syncs: number;
  readonly resources: readonly ApplicationResource[];
  /** What the last sync did. */
  readonly results: readonly SyncResult[];
}

interface ApplicationResource {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly status?: string;
  readonly requiresPruning?: boolean;
}

interface SyncResult {
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

/** An Application as the API server has it. */
export interface Application {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
    readonly operationState?: {
      readonly phase: string;
      readonly message?: string;
      readonly syncResult?: { readonly resources?: readonly SyncResult[] };
    };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly history?: readonly { readonly id: number }[];
    readonly resources?: readonly ApplicationResource[];
  };
}

/** The object that a spec asks for. */
export const applicationOf = ({
  name,
  repoUrl,
  path,
  namespace,
  source,
  syncPolicy = { automated: { prune: true, selfHeal: true } },
}: ApplicationSpec): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    project: 'default',
    source: { repoURL: repoUrl, targetRevision: 'HEAD', path, ...source },
    destination: { server: 'https://kubernetes.default.svc', namespace },
    syncPolicy,
  },
});

/** How an Application stands; one that is not there, or that Argo CD has not seen yet, is Unknown. */
export function stateOf({ status = {} }: Partial<Application> = {}): ApplicationState {
  const { sync, health, operationState, conditions = [], history = [], resources = [] } = status;
  return {
    sync: sync?.status ?? 'Unknown',
    health: health?.status ?? 'Unknown',
    revision: sync?.revision ?? '',
    ...(operationState && { phase: operationState.phase }),
    ...(operationState?.message !== undefined && { message: operationState.message }),
    conditions: conditions.map(({ type, message }) => `${type}: ${message}`),
    // Ids count from 0, and only the newest ten stay.
    syncs: (history.at(-1)?.id ?? -1) + 1,
    resources,
    results: operationState?.syncResult?.resources ?? [],
  };
}
