import { NAMESPACE } from '../kubernetes-names';
import { mappingAt, textAt, type Mapping } from './secret-object';

/** An issuer of cert-manager, as annotations of a Secret name it. */
export interface CertManagerIssuer {
  readonly isCluster: boolean;
  /** A DNS label: one that can do nothing where a command with it is pasted. */
  readonly name: string;
}

/**
 * Reads which issuer of cert-manager a Secret comes from.
 *
 * @returns undefined when it says none, one of another API group, or one with another name than a DNS label
 * @see https://cert-manager.io/docs/reference/annotations/
 */
export function certManagerIssuer(metadata: Mapping): CertManagerIssuer | undefined {
  const said = (what: string, otherwise: string): string =>
    textAt(mappingAt(metadata, 'annotations'), `cert-manager.io/issuer-${what}`) ?? otherwise;
  const name = said('name', '');
  const kind = said('kind', 'Issuer');
  return said('group', 'cert-manager.io') === 'cert-manager.io' &&
    (kind === 'Issuer' || kind === 'ClusterIssuer') &&
    NAMESPACE.broken(name) === undefined
    ? { isCluster: kind === 'ClusterIssuer', name }
    : undefined;
}

/**
 * The signer under which an issuer takes CertificateSigningRequests.
 *
 * @param namespace - of the Secret
 * @see https://cert-manager.io/docs/usage/kube-csr/
 */
export function signerOfIssuer(
  { isCluster, name }: CertManagerIssuer,
  namespace: string | undefined,
): string | undefined {
  if (isCluster) return `clusterissuers.cert-manager.io/${name}`;
  return namespace !== undefined && NAMESPACE.broken(namespace) === undefined
    ? `issuers.cert-manager.io/${namespace}.${name}`
    : undefined;
}
