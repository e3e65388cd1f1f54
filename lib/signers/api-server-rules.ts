import { KEY_USAGES } from '../model/certificate-spec';
import { listed } from './found';
import { isValidSignerName } from './signer-name';
import type { SignerRule } from './signer-rules';

const MAX_SECONDS = 2 ** 31 - 1;
const SOURCE = 'kubernetes/kubernetes pkg/apis/certificates/validation/validation.go';

/** What the API server checks when a CertificateSigningRequest is created, whoever signs it. */
export const API_SERVER_RULES: readonly SignerRule[] = [
  {
    id: 'api-server/signer-name',
    origin: 'api-server',
    field: 'signer',
    text: 'the signer name is a domain and a path, such as example.com/my-signer',
    source: SOURCE,
    check: ({ signer }) => (isValidSignerName(signer) ? undefined : signer),
  },
  {
    id: 'api-server/legacy-unknown',
    origin: 'api-server',
    field: 'signer',
    text: 'the signer is not kubernetes.io/legacy-unknown, which certificates.k8s.io/v1 refuses',
    source: SOURCE,
    check: ({ signer }) => (signer === 'kubernetes.io/legacy-unknown' ? signer : undefined),
  },
  {
    id: 'api-server/usages-present',
    origin: 'api-server',
    field: 'usages',
    text: 'there is at least one usage',
    source: SOURCE,
    check: ({ usages }) => (usages.length > 0 ? undefined : 'none'),
  },
  {
    id: 'api-server/usages-known',
    origin: 'api-server',
    field: 'usages',
    text: `each usage is one of ${KEY_USAGES.join(', ')}`,
    source: SOURCE,
    check: ({ usages }) => listed(usages.filter((usage) => !KEY_USAGES.includes(usage))),
  },
  {
    id: 'api-server/usages-unique',
    origin: 'api-server',
    field: 'usages',
    text: 'no usage comes twice',
    source: SOURCE,
    check: ({ usages }) => listed(usages.filter((usage, at) => usages.indexOf(usage) < at)),
  },
  {
    id: 'api-server/duration',
    origin: 'api-server',
    field: 'duration',
    text: `the duration is from 600 (10m) to ${MAX_SECONDS} whole seconds`,
    source: SOURCE,
    check: ({ expirationSeconds: seconds }) =>
      Number.isInteger(seconds) && seconds >= 600 && seconds <= MAX_SECONDS
        ? undefined
        : `${seconds}`,
  },
];
