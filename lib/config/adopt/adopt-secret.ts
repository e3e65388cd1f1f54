import { isDeepStrictEqual } from 'node:util';
import type { CertificateSpec } from '../../model/certificate-spec';
import { ReleafError } from '../../model/errors';
import { candidates, type Adoption } from './candidates';
import { signerOfIssuer } from './cert-manager-signer';
import type { SecretDescription } from './describe-secret';
import { isLike, meaning } from './likeness';
import { unknownOf, warningsOf } from './notes';
import { unfit } from './secret-object';
import { requestLike, type LikeRequest } from './like-request';
import { shorten } from './shorten';
import { CERTIFICATE_NAME, SIGNER } from '../kubernetes-names';
import { parseConfig } from '../parse-config';
import { quotable } from '../problem';
import type { WrittenCertificate, WrittenDefaults } from '../written-config';

/** A config entry for a Secret that is there. */
export interface Adopted {
  /** Name of the certificate. */
  readonly name: string;
  /** What a person would write: nothing that follows from profile or defaults. */
  readonly entry: WrittenCertificate;
  /** What the entry means. */
  readonly spec: CertificateSpec;
  /** What the certificate does not tell, and what to do about it: a sentence each. */
  readonly unknown: readonly string[];
  /** What is not as it was, or should be known before the first renewal: a sentence each. */
  readonly warnings: readonly string[];
}

/** What the certificate does not tell. */
export interface AdoptOptions {
  /** @default the Secret's name without `-tls` */
  readonly name?: string | undefined;
  /** @default that of `defaults`, else kubelet-serving where the subject is a node's */
  readonly signer?: string | undefined;
  /** Those of the config that the entry is for. */
  readonly defaults?: WrittenDefaults | undefined;
  /** Where `defaults` has none. @default Sealed Secrets with `sealing-certificate.pem` */
  readonly sealing?: WrittenCertificate['sealing'];
  /** File with the CA that signed the certificate, for a profile that needs it. */
  readonly ca?: string | undefined;
  /** Why there is none. */
  readonly caMissing?: string | undefined;
  /** A kubectl command as a person would type it: with the flags of the cluster. @default - without any */
  readonly kubectl?: ((command: string) => string) | undefined;
}

const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
const SEALING = { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' } as const;
const EXAMPLES = [
  `${KUBELET_SERVING} (servers)`,
  'kubernetes.io/kube-apiserver-client (clients of the API server)',
  'beta.eks.amazonaws.com/app-serving (Amazon EKS)',
  'issuers.cert-manager.io/NAMESPACE.NAME',
  'clusterissuers.cert-manager.io/NAME',
  'local (releaf sign)',
].join(', ');

/**
 * The config entry under which a renewal asks for a certificate like the one in a Secret. The entry is
 * as short as a person would write it, and was resolved again and compared before it is given out.
 *
 * @throws ReleafError SECRET_UNFIT, CONFIG_INVALID, or SIGNER_RULE when the signer would refuse
 */
export function adoptSecret(secret: SecretDescription, options: AdoptOptions = {}): Adopted {
  const { defaults = {} } = options;
  const name = nameOf(secret, options.name);
  const like = requestLike(secret.leaf);
  if (secret.leaf.isCa && like.names.dnsNames.length + like.names.ipAddresses.length === 0) {
    throw unfit(secret.name, 'holds the certificate of a CA, and releaf renews what CAs sign', '');
  }
  if (secret.namespace === undefined && defaults.secret?.namespace === undefined) {
    throw unfit(
      secret.name,
      'the Secret has no metadata.namespace',
      'add it, or take the Secret from the cluster with NAMESPACE/NAME',
    );
  }
  const signer = signerOf(secret, like, options);
  const adoption: Adoption = {
    secret,
    like,
    signer,
    defaults,
    sealing: defaults.sealing ? undefined : (options.sealing ?? SEALING),
    ca: options.ca,
  };
  const { entry, spec } = chosen(name, adoption);
  const short = shorten(entry, (one) => {
    const other = resolved(name, one, defaults);
    return !(other instanceof ReleafError) && isDeepStrictEqual(meaning(other), meaning(spec));
  });
  return {
    name,
    entry: short,
    spec,
    unknown: unknownOf(
      { ...adoption, spec },
      { saysSigner: options.signer !== undefined, caMissing: options.caMissing },
    ),
    warnings: warningsOf({ ...adoption, spec }, options.kubectl),
  };
}

function nameOf(secret: SecretDescription, said: string | undefined): string {
  const name =
    said ?? secret.name.replace(/-tls$/, '').replaceAll('.', '-').slice(0, 63).replace(/-+$/, '');
  const problem = CERTIFICATE_NAME.broken(name);
  if (problem === undefined) return name;
  throw new ReleafError(
    'CONFIG_INVALID',
    `${quotable(name)}: ${problem}`,
    'choose one with --name NAME',
  );
}

function signerOf(secret: SecretDescription, like: LikeRequest, options: AdoptOptions): string {
  const { organizations, commonName = '' } = like.names.subject;
  const isNode = isDeepStrictEqual(organizations, ['system:nodes']);
  const isKubelets =
    isNode &&
    (commonName.startsWith('system:node:') || like.hasLongCommonName) &&
    like.usages?.includes('server auth');
  const signer =
    options.signer ?? options.defaults?.signer ?? (isKubelets ? KUBELET_SERVING : undefined);
  if (signer === undefined) {
    const namespace = secret.namespace ?? options.defaults?.secret?.namespace;
    const its = secret.issuer && signerOfIssuer(secret.issuer, namespace);
    throw unfit(
      secret.name,
      `the certificate does not tell which signer to ask; it was issued by ${secret.leaf.issuer || 'nobody with a name'}`,
      its === undefined
        ? `say it with --signer: ${EXAMPLES}`
        : `cert-manager made it: --signer ${its}, if it takes CertificateSigningRequests there; others: ${EXAMPLES}`,
    );
  }
  const problem = SIGNER.broken(signer);
  if (problem === undefined) return signer;
  throw new ReleafError('CONFIG_INVALID', `--signer ${quotable(signer)}: ${problem}`);
}

interface Chosen {
  readonly entry: WrittenCertificate;
  readonly spec: CertificateSpec;
}

/** A profile is chosen only where it gives the names of the certificate by itself. */
function chosen(name: string, adoption: Adoption): Chosen {
  let refusal: ReleafError | undefined;
  for (const entry of candidates(adoption)) {
    const spec = resolved(name, entry, adoption.defaults);
    if (spec instanceof ReleafError) {
      refusal = spec;
      continue;
    }
    if (entry.profile === undefined) {
      assertLike(spec, adoption);
      return { entry, spec };
    }
    const unnamed = { ...entry.subject, organizations: undefined };
    const own = { ...entry, commonName: undefined, dnsNames: undefined, subject: unnamed };
    const bare = resolved(name, own, adoption.defaults);
    if (!(bare instanceof ReleafError) && isLike(bare, adoption)) return { entry, spec: bare };
  }
  throw refusal?.code === 'SIGNER_RULE'
    ? new ReleafError(
        'SIGNER_RULE',
        refusal.message,
        'choose a signer that accepts it with --signer, or write the entry by hand',
      )
    : (refusal ?? new Error('there is always a candidate'));
}

/** What the whole config code makes of an entry, or why it refuses. */
function resolved(
  name: string,
  entry: WrittenCertificate,
  defaults: WrittenDefaults,
): CertificateSpec | ReleafError {
  try {
    const written = { version: 1, defaults, certificates: { [name]: entry } };
    const [spec] = parseConfig(written, `the entry for ${name}`).certificates;
    if (!spec) throw new Error('a config with one entry gave no certificate');
    return spec;
  } catch (error) {
    if (error instanceof ReleafError) return error;
    throw error;
  }
}

function assertLike(spec: CertificateSpec, adoption: Adoption): void {
  if (!isLike(spec, adoption))
    throw new Error('the entry does not ask for what the certificate has');
}
