import type { KubernetesApi, KubernetesObject, ResourceAddress } from '../kubernetes-api';

/** A Secret in the cluster, without what is secret in it. */
export interface LiveSecret extends Pick<KubernetesObject, 'metadata'> {
  readonly type: string;
  /** Keys of its data, in code-unit order. */
  readonly items: readonly string[];
  /** Text of the item that holds the certificate. */
  readonly certificate?: string;
}

interface WholeSecret extends KubernetesObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Reads a Secret. The API gives it whole, the private key with it; all but the certificate is let go of
 * here, also the annotation in which `kubectl apply` keeps a copy of everything.
 *
 * @param item - key of the data that holds the certificate
 */
export async function readLiveSecret(
  api: KubernetesApi,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  item: string,
): Promise<LiveSecret | undefined> {
  const at: ResourceAddress = { group: '', version: 'v1', resource: 'secrets', namespace, name };
  const whole = await api.get<WholeSecret>(at);
  if (!whole) return undefined;
  const { type = 'Opaque', data = {}, metadata } = whole;
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(
    ([key]) => key !== LAST_APPLIED,
  );
  const certificate = data[item];
  return {
    type,
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
    items: Object.keys(data).sort(),
    ...(certificate !== undefined && {
      certificate: Buffer.from(certificate, 'base64').toString('utf8'),
    }),
  };
}
