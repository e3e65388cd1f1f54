import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';
import { serves } from './discovery';
import type { Verdict } from './verdict';

/** A Kustomization of Flux, as `dist/` has it. */
export interface ExpectedKustomization {
  readonly namespace: string;
  readonly name: string;
  /** Whether what it applies is sealed by SOPS. */
  readonly decrypts: boolean;
}

/**
 * Whether Flux is in this cluster, which leaves no kind out, and its Kustomizations do their work.
 *
 * @param expected - those that `dist/` has; none where the config does not ask for them
 */
export async function checkFlux(
  api: KubernetesApi,
  expected: readonly ExpectedKustomization[] = [],
): Promise<readonly Finding[]> {
  const check = 'flux';
  if (!(await serves(api, 'kustomize.toolkit.fluxcd.io/v1', 'kustomizations'))) {
    return [{ level: 'ok', check, message: 'is not in this cluster' }];
  }
  const judged = await Promise.all(expected.map((one) => judge(api, one)));
  return [
    { level: 'ok', check, message: 'is here' },
    ...judged.map((verdict) => ({ check, ...verdict })),
  ];
}

async function judge(
  api: KubernetesApi,
  { namespace, name, decrypts }: ExpectedKustomization,
): Promise<Verdict> {
  const live = await api.get<{ readonly spec?: unknown; readonly status?: unknown }>({
    group: 'kustomize.toolkit.fluxcd.io',
    version: 'v1',
    resource: 'kustomizations',
    namespace,
    name,
  });
  const shown = `Kustomization ${namespace}/${name}`;
  if (!live) {
    return {
      level: 'warning',
      message: `${shown} is not in the cluster`,
      next: ['apply dist/kustomizations/, or list it where Flux looks'],
    };
  }
  const { suspend, decryption } = mappingOf(live.spec);
  if (suspend === true) {
    return {
      level: 'warning',
      message: `${shown} is suspended, so nothing of it arrives`,
      next: [`flux resume kustomization ${name} -n ${namespace}`],
    };
  }
  if (decrypts && mappingOf(decryption)['provider'] !== 'sops') {
    return {
      level: 'failure',
      message: `${shown} does not decrypt, and SOPS seals what it applies`,
      next: ['give it spec.decryption with provider: sops and the Secret of the age identity'],
    };
  }
  const ready = mappingsOf(mappingOf(live.status)['conditions']).find(
    ({ type, status }) => type === 'Ready' && status === 'False',
  );
  if (ready) {
    const said = [ready['reason'], ready['message']].map(textOf).filter(Boolean).join(': ');
    return { level: 'warning', message: `${shown} is not ready (${said || 'no reason given'})` };
  }
  return { level: 'ok', message: `${shown} is there` };
}
