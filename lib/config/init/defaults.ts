import { serversToChoose, type Answers, type Reasoned, type Server } from './answers';
import type { Findings } from './findings';

/** The only signer for servers that Kubernetes itself brings. */
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
export const EKS_APP_SERVING = 'beta.eks.amazonaws.com/app-serving';

/** Where the repository lives, as far as that can be told without asking anybody. */
export interface Forge {
  /** Folders and files at the top of the repository. */
  readonly has: { readonly github: boolean; readonly gitlab: boolean };
  /** Host of its remote, such as `github.com`. */
  readonly host?: string;
}

const found = (file: string): string => `found ${file}`;

/** What is taken when nobody says otherwise, and why. Which server that is comes first: see there. */
export function defaultServer(findings: Findings): Reasoned<Server> {
  const [first] = serversToChoose(findings);
  if (!first) throw new Error('there is always something to choose');
  return {
    value: first,
    why: first.found ? found(first.found.file) : 'found nothing; edit the names',
  };
}

export function defaultDelivery({
  argoCd,
  flux,
  kustomize,
  cdk8s,
}: Findings): Reasoned<Answers['delivery']> {
  if (argoCd) return { value: 'argo-cd', why: found(argoCd.file) };
  if (flux) return { value: 'flux', why: found(flux.file) };
  // An app writes objects only, and no component.
  if (kustomize !== undefined && cdk8s === undefined) {
    return { value: 'kustomize', why: found(kustomize) };
  }
  return { value: 'kubectl', why: 'found neither Argo CD nor Flux' };
}

export function defaultSealing({
  sealingCertificate,
  sops,
  sealedSecret,
}: Findings): Reasoned<Answers['sealing']> {
  const file = sealingCertificate ?? sealedSecret;
  if (sealingCertificate !== undefined || (file !== undefined && !sops?.recipients.length)) {
    return { value: 'sealed-secrets', why: found(file ?? '') };
  }
  return sops && sops.recipients.length > 0
    ? { value: 'sops', why: found(sops.file) }
    : { value: 'sealed-secrets', why: 'found neither a sealing certificate nor age recipients' };
}

export function defaultSigner({ eks }: Findings): Reasoned<string> {
  return eks === undefined
    ? { value: KUBELET_SERVING, why: 'Kubernetes brings it; Amazon EKS has another' }
    : { value: EKS_APP_SERVING, why: `Amazon EKS: ${found(eks)}` };
}

export function defaultCi({ has, host }: Forge): Reasoned<Answers['ci']> {
  for (const value of ['github', 'gitlab'] as const) {
    if (host !== undefined && new RegExp(`(?:^|\\.)${value}\\.`).test(host)) {
      return { value, why: `the remote is at ${host}` };
    }
  }
  if (has.github) return { value: 'github', why: found('.github/') };
  if (has.gitlab) return { value: 'gitlab', why: found('.gitlab-ci.yml') };
  return { value: 'none', why: 'found neither GitHub nor GitLab' };
}
