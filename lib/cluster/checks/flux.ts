import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { serves } from './discovery';

/** Whether Flux is in this cluster. It leaves no kind out. */
export async function checkFlux(api: KubernetesApi): Promise<readonly Finding[]> {
  const there = await serves(api, 'kustomize.toolkit.fluxcd.io/v1', 'kustomizations');
  return [{ level: 'ok', check: 'flux', message: there ? 'is here' : 'is not in this cluster' }];
}
