import type { CertificateSpec } from '../model/certificate-spec';
import { signsLogIns, type DeliverySpec, type FluxKustomizations } from '../model/delivery-spec';
import type { Problem } from './problem';
import type { WrittenDelivery, WrittenKustomizations } from './written-config';

/** Alpine with kubectl, and so a shell, which registry.k8s.io/kubectl and rancher/kubectl do not have. */
export const DEFAULT_IMAGE = 'docker.io/alpine/kubectl:1.36.3';

const FLUX_SYSTEM = 'flux-system';

/**
 * Fills in what `delivery` leaves out, and checks what belongs together in it.
 *
 * @param written - as a person wrote it
 * @param sops - whether SOPS seals a key of this folder
 */
export function resolveDelivery(
  written: WrittenDelivery = 'kubectl',
  sops = false,
): { readonly delivery: DeliverySpec; readonly problems: readonly Problem[] } {
  const said: Exclude<WrittenDelivery, string> =
    typeof written === 'string' ? { type: written } : written;
  const kustomizations = said.type === 'flux' ? said.kustomizations : undefined;
  const request = said.request ?? (said.type === 'argo-cd' ? 'job' : 'manifest');
  const delivery: DeliverySpec = {
    engine: said.type,
    layout: said.layout ?? 'certificate',
    request,
    approve: said.approve ?? 'automatic',
    image: said.image ?? DEFAULT_IMAGE,
    ...(kustomizations && { kustomizations: kustomizationsOf(kustomizations, sops) }),
  };
  const problems: readonly Problem[] =
    request === 'manifest' && said.approve !== undefined
      ? [
          {
            path: ['delivery', 'approve'],
            text: `got ${said.approve}; it says what the Job does, and with request: manifest there is none; leave it out, or write request: job`,
          },
        ]
      : [];
  return { delivery, problems };
}

/** Refuses that a Job is told to approve what it never does. */
export function approvalProblems(
  written: WrittenDelivery | undefined,
  { request }: Pick<DeliverySpec, 'request'>,
  certificates: readonly Pick<CertificateSpec, 'name' | 'signer'>[],
): readonly Problem[] {
  if (typeof written !== 'object' || written.approve !== 'automatic' || request !== 'job')
    return [];
  const [first, ...more] = certificates.filter(({ signer }) => signsLogIns(signer));
  if (!first) return [];
  const which = `certificates.${first.name}${more.length > 0 ? `, and ${more.length} more,` : ''}`;
  const path = ['delivery', 'approve'];
  const text = `got automatic; what ${first.signer} signs for ${which} logs in to the API server, and a Job approves no such request; leave approve out, or say manual: releaf approve ${first.name}`;
  return [{ path, text }];
}

function kustomizationsOf(
  { name, namespace, source, path, interval, decryptionSecret }: WrittenKustomizations,
  sops: boolean,
): FluxKustomizations {
  const secret = decryptionSecret ?? (sops ? 'sops-age' : undefined);
  return {
    name: name ?? 'releaf',
    namespace: namespace ?? FLUX_SYSTEM,
    source: { kind: source?.kind ?? 'GitRepository', name: source?.name ?? FLUX_SYSTEM },
    path: (path ?? '').replace(/^\.(?:\/|$)|\/$/g, ''),
    interval: interval ?? '10m',
    ...(secret !== undefined && { decryptionSecret: secret }),
  };
}
