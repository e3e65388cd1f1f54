const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PATH_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_DOMAIN = 253;
const MAX_NAME = 571;

/**
 * Whether the API server takes it as a signer name: a domain of two or more DNS-1123 labels, one
 * slash, and a path of DNS-1123 labels; at most 571 characters.
 *
 * @see kubernetes/kubernetes pkg/apis/certificates/validation/validation.go
 */
export function isValidSignerName(name: string): boolean {
  const [domain = '', path = '', ...rest] = name.split('/');
  const labels = domain.split('.');
  return (
    rest.length === 0 &&
    name.length <= MAX_NAME &&
    domain.length <= MAX_DOMAIN &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    path.split('.').every((label) => label.length <= MAX_DOMAIN && PATH_LABEL.test(label))
  );
}
