/** What all objects have. */
export interface KubernetesObject {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    readonly deletionTimestamp?: string;
  };
}

/** An item of a Secret or ConfigMap as a file. */
export interface VolumeItem {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

/** Where the files of a Secret or ConfigMap come from. */
export interface VolumeFiles {
  readonly items?: readonly VolumeItem[];
  readonly optional?: boolean;
}

/** A source of a projected volume. */
export interface Projection {
  readonly secret?: VolumeFiles & { readonly name: string };
  readonly configMap?: VolumeFiles & { readonly name: string };
  readonly serviceAccountToken?: {
    readonly path: string;
    readonly audience?: string;
    readonly expirationSeconds?: number;
  };
  readonly downwardAPI?: {
    readonly items?: readonly {
      readonly path: string;
      readonly fieldRef?: { readonly fieldPath: string };
    }[];
  };
}

export interface Volume {
  readonly name: string;
  readonly secret?: VolumeFiles & { readonly secretName: string; readonly defaultMode?: number };
  readonly configMap?: VolumeFiles & { readonly name: string; readonly defaultMode?: number };
  readonly projected?: {
    readonly sources?: readonly Projection[];
    readonly defaultMode?: number;
  };
  readonly emptyDir?: object;
}

export interface SecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[];
  readonly securityContext?: SecurityContext & { readonly readOnlyRootFilesystem?: boolean };
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
}

/** What the node reads of a pod. */
export interface Pod extends KubernetesObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
    readonly serviceAccountName: string;
    readonly containers: readonly [Container, ...Container[]];
    readonly securityContext?: SecurityContext & { readonly fsGroup?: number };
    readonly volumes?: readonly Volume[];
  };
}

/** Path of a pod in the API. */
export const pathOf = ({ metadata }: Pod): string =>
  `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

/** The uid and gid that the first container runs as. */
export function userOf({ spec }: Pod): { readonly uid: number; readonly gid: number } {
  const context = { ...spec.securityContext, ...spec.containers[0].securityContext };
  return { uid: context.runAsUser ?? 0, gid: context.runAsGroup ?? 0 };
}
