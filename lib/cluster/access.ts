import type { KubernetesApi, Right } from './kubernetes-api';

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

/**
 * Asks the API server whether the caller may do something. Every authenticated user may ask
 * (ClusterRole `system:basic-user`).
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
 */
export async function allows(api: KubernetesApi, { verb, on }: Right): Promise<boolean> {
  const review = await api.create<Review>(
    { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' },
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, ...on } },
    },
  );
  return review?.status?.allowed === true;
}

/** {@link allows} for a signer, by its name or, as admission takes it, by `domain/*`. */
export async function mayApprove(api: KubernetesApi, signer: string): Promise<boolean> {
  const names = [signer, `${signer.split('/')[0] ?? ''}/*`];
  const answers = await Promise.all(
    names.map((name) =>
      allows(api, {
        verb: 'approve',
        on: { group: 'certificates.k8s.io', resource: 'signers', name },
      }),
    ),
  );
  return answers.includes(true);
}
