import { CERTIFICATE_ITEM, certificateConfigMapName } from '../delivery/issuance-names';
import type { Revision } from '../model/revision';
import type { KubernetesApi, ResourceAddress } from './kubernetes-api';
import { mappingOf } from './live-values';

/** Where the Job of a request keeps the certificate. */
export const keptCertificateAddress = ({
  record,
  sealedKey,
}: Pick<Revision, 'record' | 'sealedKey'>): ResourceAddress & { readonly name: string } => ({
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: sealedKey.namespace,
  name: certificateConfigMapName(record.objectName),
});

/**
 * What the Job of a request has kept as its certificate, longer than the request lives.
 *
 * @returns text that nobody vouches for; undefined while there is none
 */
export async function readKeptCertificate(
  api: KubernetesApi,
  revision: Revision,
): Promise<string | undefined> {
  const kept = await api.get<{ readonly data?: unknown }>(keptCertificateAddress(revision));
  const text = mappingOf(kept?.data)[CERTIFICATE_ITEM];
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}
