import type { SecretDescription } from '../config/adopt/describe-secret';
import type { KubernetesApi } from '../cluster/kubernetes-api';
import { ReleafError } from '../model/errors';
import { fileOf, type Target } from '../store/adopt-into';
import { readCertificates, type X509 } from '../x509/certificate';

/** The CA that signed a certificate: the file that has it, or is to have it. */
export interface FoundCa {
  readonly file: string;
  /** What to write there; absent when it is there already. */
  readonly pem?: string;
  /** Where it comes from. */
  readonly from: string;
}

/** Distributed into each namespace by kube-controller-manager; promised for the API server only. */
const CONFIG_MAP = 'kube-root-ca.crt';

/**
 * Looks for the CA that made the signature on a certificate: in files of the folder, in the Secret, in
 * the namespace's ConfigMap. A CA that only looks right, or has expired, is none.
 *
 * @param api - the cluster that the Secret comes from, if it does
 * @returns a text says why there is none
 */
export async function findCa(
  target: Target,
  secret: SecretDescription,
  name: string,
  now: Date,
  api: KubernetesApi | undefined,
): Promise<FoundCa | string> {
  const signed = (cas: readonly X509[]) => cas.find((ca) => signs(ca, secret.leaf, now));
  const own = ['ca.pem', `${name}-ca.pem`];
  const { defaults } = target.present?.written ?? {};
  for (const file of [...(defaults?.ca === undefined ? [] : [defaults.ca]), ...own]) {
    if (signed(certificatesIn(fileOf(target, file) ?? '', file))) {
      return { file, from: 'which is there and signed the certificate' };
    }
  }
  const free = own.find((file) => fileOf(target, file) === undefined);
  if (free === undefined) return `${own.join(' and ')} hold other CAs`;
  const beside = signed(secret.issuers);
  if (beside) return { file: free, pem: beside.pem, from: 'from the Secret' };
  if (!api) {
    return `the CA that signed is not in the Secret (adopt ${secret.namespace ?? 'NAMESPACE'}/${secret.name} looks for it in the cluster too)`;
  }
  const live = await certificatesOfCluster(api, secret);
  if (typeof live === 'string') return live;
  const root = signed(live);
  return root
    ? {
        file: free,
        pem: root.pem,
        from: `from ConfigMap ${CONFIG_MAP}, which signed the certificate`,
      }
    : `neither the Secret nor ConfigMap ${CONFIG_MAP} has the CA that signed`;
}

function signs(ca: X509, leaf: X509, now: Date): boolean {
  try {
    return ca.notBefore <= now && now < ca.notAfter && leaf.issuedBy(ca);
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
}

function certificatesIn(pem: string, what: string): readonly X509[] {
  try {
    return readCertificates(pem, what);
  } catch (error) {
    if (error instanceof ReleafError) return [];
    throw error;
  }
}

async function certificatesOfCluster(
  api: KubernetesApi,
  { namespace = '' }: SecretDescription,
): Promise<readonly X509[] | string> {
  try {
    const found = await api.get<{ readonly data?: Readonly<Record<string, unknown>> }>({
      group: '',
      version: 'v1',
      resource: 'configmaps',
      namespace,
      name: CONFIG_MAP,
    });
    const pem = found?.data?.['ca.crt'];
    return typeof pem === 'string' ? certificatesIn(pem, CONFIG_MAP) : [];
  } catch (error) {
    if (error instanceof ReleafError && error.code === 'CLUSTER_FORBIDDEN') return error.message;
    throw error;
  }
}
