import { createHash } from 'node:crypto';
import { Refusal, type Api } from './api';
import {
  userOf,
  type KubernetesObject,
  type Pod,
  type Projection,
  type Volume,
  type VolumeFiles,
  type VolumeItem,
} from './pod';

/** A file of a volume. */
export interface VolumeFile {
  /** In the volume. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content: Buffer;
}

/** A Secret as it was when a pod mounted it. */
export interface MountedSecret {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** {@link digestOf} its data. */
  readonly digest: string;
}

/** What the volumes of a pod hold. */
export interface Volumes {
  /** By name of the volume; of other kinds than Secret, ConfigMap and projected, none. */
  readonly files: ReadonlyMap<string, readonly VolumeFile[]>;
  readonly secrets: readonly MountedSecret[];
  /** What is not there, as `secret tls` or `item tls.key of secret tls`. */
  readonly missing: readonly string[];
}

type Data = Readonly<Record<string, string>>;

interface Holder extends KubernetesObject {
  readonly data?: Data;
  readonly binaryData?: Data;
}

/**
 * SHA-256 over the items of a Secret, in hex.
 *
 * @param data - base64 values, as the API server has them
 */
export const digestOf = (data: Data): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');

/** Reads what the volumes of a pod hold now. */
export async function readVolumes(api: Api, pod: Pod): Promise<Volumes> {
  const { namespace } = pod.metadata;
  const { uid: user } = userOf(pod);
  const { fsGroup } = pod.spec.securityContext ?? {};
  const secrets: MountedSecret[] = [];
  const missing: string[] = [];

  // https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/volume/volume_linux.go (changeFilePermission)
  const fileOf = (path: string, mode: number, content: Buffer): VolumeFile =>
    fsGroup === undefined
      ? { path, mode, uid: 0, gid: 0, content }
      : { path, mode: mode | 0o440, uid: 0, gid: fsGroup, content };

  const filesOf = async (
    kind: 'secret' | 'configMap',
    name: string,
    { items, optional = false }: VolumeFiles,
    mode: number,
  ): Promise<readonly VolumeFile[]> => {
    const holder = await ifThere(
      api.call<Holder>('GET', `/api/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`),
    );
    if (holder === undefined) {
      if (!optional) missing.push(`${kind} ${name}`);
      return [];
    }
    const { data = {}, binaryData = {} } = holder;
    if (kind === 'secret') {
      const { uid, resourceVersion } = holder.metadata;
      secrets.push({ name, uid, resourceVersion, digest: digestOf(data) });
    }
    const contents = new Map([
      ...Object.entries(data).map(
        ([key, value]) => [key, Buffer.from(value, kind === 'secret' ? 'base64' : 'utf8')] as const,
      ),
      ...Object.entries(binaryData).map(
        ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
      ),
    ]);
    const wanted: readonly VolumeItem[] =
      items ?? [...contents.keys()].map((key) => ({ key, path: key }));
    return wanted.flatMap(({ key, path, mode: own = mode }) => {
      const content = contents.get(key);
      if (content) return [fileOf(path, own, content)];
      if (!optional) missing.push(`item ${key} of ${kind} ${name}`);
      return [];
    });
  };

  const projected = async (source: Projection, mode: number): Promise<readonly VolumeFile[]> => {
    const { secret, configMap, serviceAccountToken: token, downwardAPI } = source;
    if (secret) return filesOf('secret', secret.name, secret, mode);
    if (configMap) return filesOf('configMap', configMap.name, configMap, mode);
    if (token) {
      const content = await tokenOf(api, pod, token);
      const file = fileOf(token.path, 0o600, content);
      return [fsGroup === undefined ? { ...file, uid: user } : file];
    }
    return (downwardAPI?.items ?? []).map(({ path, fieldRef }) =>
      fileOf(path, mode, Buffer.from(fieldOf(pod, fieldRef?.fieldPath ?? ''))),
    );
  };

  const read = async ({ secret, configMap, projected: projection }: Volume) => {
    if (secret) return filesOf('secret', secret.secretName, secret, secret.defaultMode ?? 0o644);
    if (configMap)
      return filesOf('configMap', configMap.name, configMap, configMap.defaultMode ?? 0o644);
    if (projection) {
      const mode = projection.defaultMode ?? 0o644;
      return (
        await Promise.all((projection.sources ?? []).map((source) => projected(source, mode)))
      ).flat();
    }
    return [];
  };

  const files = new Map<string, readonly VolumeFile[]>();
  for (const volume of pod.spec.volumes ?? []) files.set(volume.name, await read(volume));
  return { files, secrets, missing };
}

/** A token of the pod's service account that ends with the pod. */
async function tokenOf(
  api: Api,
  { metadata: { namespace, name, uid }, spec }: Pod,
  { audience, expirationSeconds = 3600 }: NonNullable<Projection['serviceAccountToken']>,
): Promise<Buffer> {
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}`;
  const { status } = await api.call<{ readonly status: { readonly token: string } }>(
    'POST',
    `${account}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    },
  );
  return Buffer.from(status.token);
}

function fieldOf({ metadata }: Pod, path: string): string {
  const fields: Readonly<Record<string, string>> = {
    'metadata.namespace': metadata.namespace,
    'metadata.name': metadata.name,
  };
  return fields[path] ?? '';
}

const ifThere = async <Type>(call: Promise<Type>): Promise<Type | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
};
