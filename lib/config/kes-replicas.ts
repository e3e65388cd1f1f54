import type { CertificateSpec } from '../model/certificate-spec';
import { kesOfManifest, kesOfValues } from './init/found-kes';
import { documentsOf } from './init/read-value';

/**
 * Says which pods of KES a Tenant of the MinIO operator makes that the certificate does not name.
 *
 * @param file - where the Tenant stands, in a manifest or in values of Helm
 * @param text - its content
 * @returns undefined where each is named, or the file has no Tenant of that name with KES
 */
export function unnamedPods(
  { name, operated, dnsNames }: Pick<CertificateSpec, 'name' | 'operated' | 'dnsNames'>,
  file: string,
  text: string,
): string | undefined {
  const found = documentsOf(text)
    .flatMap((document) => [...kesOfManifest(file, document), ...kesOfValues(file, document)])
    .find(({ tenant }) => `${tenant}-kes` === operated?.name);
  if (!found || dnsNames.some((dnsName) => dnsName.startsWith('*.'))) return undefined;
  const { tenant, replicas } = found;
  const pods = Array.from({ length: replicas }, (_, pod) => `${tenant}-kes-${pod}`);
  const unnamed = pods.filter((pod) => !dnsNames.some((dnsName) => dnsName.startsWith(`${pod}.`)));
  return unnamed.length === 0
    ? undefined
    : `${name}: Tenant ${tenant} runs ${replicas} pods of KES (${file}), and the certificate is not for ${unnamed.join(', ')}: say replicas: ${replicas} in its profile`;
}
