import type { KubernetesApi, ResourceAddress } from '../kubernetes-api';
import { mappingOf, textOf } from '../live-values';

/** A Secret in the cluster, without what is secret in it. */
export interface LiveSecret {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly type: string;
  /** Keys of its data, in code-unit order. */
  readonly items: readonly string[];
  /** Text of the item that holds the certificate. */
  readonly certificate?: string;
}

interface WholeSecret {
  readonly type?: unknown;
  readonly data?: unknown;
  readonly metadata?: unknown;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Reads a Secret. The API gives it whole, the private key with it; all but the certificate is let go of
 * here, also the annotation in which `kubectl apply` keeps a copy of everything.
 *
 * @param item - key of the data that holds the certificate; without it no certificate is kept
 */
export async function readLiveSecret(
  api: KubernetesApi,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  item?: string,
): Promise<LiveSecret | undefined> {
  const at: ResourceAddress = { group: '', version: 'v1', resource: 'secrets', namespace, name };
  const whole = await api.get<WholeSecret>(at);
  if (!whole) return undefined;
  const data = mappingOf(whole.data);
  const metadata = mappingOf(whole.metadata);
  const annotations = Object.entries(mappingOf(metadata['annotations'])).filter(
    ([key]) => key !== LAST_APPLIED,
  );
  const certificate = item === undefined ? undefined : data[item];
  return {
    type: textOf(whole.type) ?? 'Opaque',
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
    items: Object.keys(data)
      .sort()
      .flatMap((key) => textOf(key) ?? []),
    ...(typeof certificate === 'string' && {
      certificate: Buffer.from(certificate, 'base64').toString('utf8'),
    }),
  };
}
