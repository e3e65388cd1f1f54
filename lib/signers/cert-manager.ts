import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

const SOURCE = 'https://cert-manager.io/docs/usage/kube-csr/';
const ISSUERS = 'issuers.cert-manager.io/';

const NOTES: readonly string[] = [
  'Approval: never by itself.',
  'Needs: the feature gate `ExperimentalCertificateSigningRequestControllers` of the cert-manager controller.',
  'Trust and lifetime: those of the issuer.',
];

/** An Issuer of cert-manager, by namespace and name. */
export const CERT_MANAGER_ISSUER: SignerRules = {
  signer: ISSUERS,
  title: 'An Issuer of cert-manager',
  rules: [
    {
      id: 'cert-manager/issuer',
      origin: 'signer',
      field: 'signer',
      text: `what follows ${ISSUERS} is the namespace of the Issuer, a dot, and its name`,
      source: SOURCE,
      check: ({ signer }) =>
        /^[^.]+\.[^.]/.test(signer.slice(ISSUERS.length)) ? undefined : signer,
    },
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
  notes: [
    ...NOTES,
    'Needs: whoever creates the request may `reference` the resource `signers` of the group `cert-manager.io` with the name of the Issuer, in its namespace.',
  ],
};

/** A ClusterIssuer of cert-manager, by name; that there is a name the API server's rules say. */
export const CERT_MANAGER_CLUSTER_ISSUER: SignerRules = {
  signer: 'clusterissuers.cert-manager.io/',
  title: 'A ClusterIssuer of cert-manager',
  rules: [...API_SERVER_RULES, ...OWN_POLICY],
  notes: NOTES,
};
