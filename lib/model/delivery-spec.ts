/** Who applies `dist/`. `kubectl` stands for every way that applies files as they are. */
export const ENGINES = ['kubectl', 'kustomize', 'argo-cd', 'flux'] as const;
/** One of {@link ENGINES}; all certificates of a folder have the same. */
export type Engine = (typeof ENGINES)[number];

/** One file for each certificate (what SOPS encrypts stands alone all the same), or for each object. */
export const LAYOUTS = ['certificate', 'object'] as const;
/** One of {@link LAYOUTS}. */
export type Layout = (typeof LAYOUTS)[number];

/** How a request reaches the API server: as a manifest, or through a Job in the cluster that creates it. */
export const REQUEST_FORMS = ['manifest', 'job'] as const;
/** One of {@link REQUEST_FORMS}; `job` for engines that do not apply CertificateSigningRequests. */
export type RequestForm = (typeof REQUEST_FORMS)[number];

/** Whether the Job approves the request that it created, or leaves that to a person. */
export const APPROVALS = ['automatic', 'manual'] as const;
/** One of {@link APPROVALS}; {@link approvalOf} is what counts for a request. */
export type Approval = (typeof APPROVALS)[number];

/** Kustomization objects of Flux that releaf writes for its folders. */
export interface FluxKustomizations {
  /** What their names begin with: `<name>-secrets`. */
  readonly name: string;
  /** Where they live, and what they name. */
  readonly namespace: string;
  readonly source: {
    readonly kind: 'GitRepository' | 'OCIRepository' | 'Bucket';
    readonly name: string;
  };
  /** Path of the folder of the config in that source, without `./` in front; '' when it is the top. */
  readonly path: string;
  /** As Flux writes it, such as `10m`. */
  readonly interval: string;
  /** Secret with the age identity that opens what SOPS encrypts. */
  readonly decryptionSecret?: string;
}

/** How the output of a folder is shaped for whoever applies it; total. */
export interface DeliverySpec {
  readonly engine: Engine;
  readonly layout: Layout;
  readonly request: RequestForm;
  /** Of the Job, where there is one; {@link approvalOf} is what counts for a request. */
  readonly approve: Approval;
  /** Image of the Jobs: it has a POSIX shell and kubectl. */
  readonly image: string;
  readonly kustomizations?: FluxKustomizations;
}

/**
 * Signers whose certificates log in to the API server, which takes names for users and groups.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
const LOG_IN: readonly string[] = [
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
];

/** Whether what a signer signs logs in to the API server. */
export const signsLogIns = (signer: string): boolean => LOG_IN.includes(signer);

/**
 * Who approves what a Job creates. Whoever may create pods beside the Job can use its rights, and with the right
 * to approve for such a signer become any user: a log-in always waits for a person.
 *
 * @param signer - of the request
 */
export const approvalOf = ({ approve }: Pick<DeliverySpec, 'approve'>, signer: string): Approval =>
  signsLogIns(signer) ? 'manual' : approve;

/**
 * Whether nobody needs to approve a request: the Job that creates it does.
 *
 * @param signer - of the request
 */
export const isApprovedByJob = (
  delivery: Pick<DeliverySpec, 'request' | 'approve'>,
  signer: string,
): boolean => delivery.request === 'job' && approvalOf(delivery, signer) === 'automatic';
