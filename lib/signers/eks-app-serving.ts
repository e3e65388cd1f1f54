import type { KeyUsage } from '../model/certificate-spec';
import { API_SERVER_RULES } from './api-server-rules';
import { listed, listedOrNone } from './found';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

const SOURCE = 'https://docs.aws.amazon.com/eks/latest/userguide/cert-signing.html';
const ALLOWED: readonly KeyUsage[] = ['digital signature', 'key encipherment', 'server auth'];

/** Amazon EKS signs for applications with a signer of its own, and not with kubelet-serving. */
export const EKS_APP_SERVING: SignerRules = {
  signer: 'beta.eks.amazonaws.com/app-serving',
  title: 'Serving certificates that Amazon EKS signs',
  rules: [
    {
      id: 'eks-app-serving/usages',
      origin: 'signer',
      field: 'usages',
      text: `there is no usage beyond ${ALLOWED.join(', ')}; client certificates are not signed`,
      source: SOURCE,
      check: ({ usages }) => listed(usages.filter((usage) => !ALLOWED.includes(usage))),
    },
    {
      id: 'eks-app-serving/server-auth',
      origin: 'releaf',
      field: 'usages',
      text: 'server auth is one of the usages, since this signer is for servers',
      source: SOURCE,
      check: ({ usages }) => (usages.includes('server auth') ? undefined : listedOrNone(usages)),
    },
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
  notes: [
    'Approval: never by itself.',
    'Trust: its CA is not distributed; clients need it from you.',
    'Lifetime: one year is default and maximum; whether it signs for less is not documented. releaf renews by the lifetime that was issued.',
    'Names: any subject; of the extensions it keeps SANs and key usages only.',
  ],
};
