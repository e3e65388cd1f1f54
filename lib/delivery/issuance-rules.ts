import type { Approval } from '../model/delivery-spec';
import { certificateConfigMapName } from './issuance-names';

/** A rule of RBAC. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const GROUP = 'certificates.k8s.io';
const REQUESTS = 'certificatesigningrequests';

/**
 * What the Job may do in the cluster: create requests, which cannot be limited by name; look at this one; and
 * approve this one of this signer, where it does.
 *
 * @param objectName - name of the CertificateSigningRequest
 * @param signer - its `signerName`
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export function clusterRules(
  objectName: string,
  signer: string,
  approve: Approval,
): readonly PolicyRule[] {
  const rule = (verb: string, resource: string, name?: string): PolicyRule => ({
    apiGroups: [GROUP],
    resources: [resource],
    ...(name !== undefined && { resourceNames: [name] }),
    verbs: [verb],
  });
  return [
    rule('create', REQUESTS),
    rule('get', REQUESTS, objectName),
    ...(approve === 'automatic'
      ? [rule('update', `${REQUESTS}/approval`, objectName), rule('approve', 'signers', signer)]
      : []),
  ];
}

/** What the Job may do in its namespace: keep the certificate in its ConfigMap. */
export const namespaceRules = (objectName: string): readonly PolicyRule[] => [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [certificateConfigMapName(objectName)],
    verbs: ['get', 'patch'],
  },
];
