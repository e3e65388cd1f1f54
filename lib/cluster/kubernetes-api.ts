/**
 * Where an object, or a list of them, is in the Kubernetes API. Path and RBAC rule both follow from it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export interface ResourceAddress {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `certificatesigningrequests`. */
  readonly resource: string;
  /** Absent for what is cluster-scoped. */
  readonly namespace?: string;
  /** Absent for a list, or to create. */
  readonly name?: string;
  readonly subresource?: string;
  /** What follows a `proxy` subresource, with a leading slash. */
  readonly suffix?: string;
}

/** What RBAC asks for: a verb on a resource. */
export interface Right {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'approve';
  /** Without a name where RBAC cannot limit it to one. */
  readonly on: Omit<ResourceAddress, 'version' | 'suffix'>;
}

/** Any object as the API server gives it. Nothing in it is vouched for. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
}

/**
 * The part of the Kubernetes API that releaf uses. Each method throws ReleafError: CLUSTER_UNREACHABLE,
 * CLUSTER_UNAUTHENTICATED, CLUSTER_FORBIDDEN with the missing RBAC rule (an authorizer or the admission of
 * approvals said so), CLUSTER_REFUSED. Their messages have neither token nor password of the caller in
 * them, as such or as sent; what stands in an object is the word of the server.
 */
export interface KubernetesApi {
  /** Name of the kubeconfig context; `in-cluster` in a pod. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** One object, or a discovery document (`get('/version')`); undefined when Kubernetes says that there is none (404). */
  get<Result extends object>(address: ResourceAddress | string): Promise<Result | undefined>;
  /** Text behind a `proxy` subresource; undefined when there is none (404). */
  getText(address: ResourceAddress): Promise<string | undefined>;
  /** Creates an object; undefined when there is one of that name already (409). */
  create<Result extends object>(
    address: ResourceAddress,
    object: object,
  ): Promise<Result | undefined>;
  /** Puts an object with its uid and resourceVersion; undefined when it is another one by now (409, 404). */
  replace<Result extends object>(
    address: ResourceAddress,
    object: object,
  ): Promise<Result | undefined>;
}

/** How to reach a cluster; as kubectl's flags of these names. */
export interface ClusterOptions {
  /** File; else `KUBECONFIG`, `~/.kube/config`, or the service account of the pod. */
  readonly kubeconfig?: string;
  /** Context of it. @default - its current context */
  readonly context?: string;
}
