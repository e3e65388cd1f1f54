import type { X509 } from '../../x509/certificate';
import { certManagerIssuer, type CertManagerIssuer } from './cert-manager-signer';
import { pairItems } from './pair-items';
import { isMapping, mappingAt, textAt, unfit, type Mapping } from './secret-object';
import { quotable } from '../problem';
import type { WrittenSecret } from '../written-config';

/** Who keeps a Secret, so that releaf would not be alone with it. */
export interface SecretOwner {
  /** `Tenant`, `SealedSecret`; `Certificate` for cert-manager's. */
  readonly kind: string;
  readonly name: string;
}

/** A live Secret without its private key. */
export interface SecretDescription {
  readonly name: string;
  /** Absent where a file does not say it. */
  readonly namespace?: string;
  readonly type: NonNullable<WrittenSecret['type']>;
  readonly keys: { readonly certificate: string; readonly privateKey?: string };
  readonly leaf: X509;
  /** Other certificates in the Secret: behind the leaf, and in other items. */
  readonly issuers: readonly X509[];
  /** Names of the items that are not the pair. */
  readonly others: readonly string[];
  /** Whether a private key lies there in clear. */
  readonly hasPrivateKey: boolean;
  readonly owner?: SecretOwner;
  /** Where cert-manager made it. */
  readonly issuer?: CertManagerIssuer;
  /** Whether the Sealed Secrets controller may take it over: it made it, or somebody said so. */
  readonly isReleased: boolean;
  readonly isImmutable: boolean;
}

const CERT_MANAGER = 'cert-manager.io/certificate-name';
const MANAGED = 'sealedsecrets.bitnami.com/managed';

/**
 * What there is to know of a Secret, whose private key is passed over.
 *
 * @param what - names the Secret in messages
 * @throws ReleafError SECRET_UNFIT
 */
export function describeSecret(secret: Mapping, what: string): SecretDescription {
  const { immutable } = secret;
  const metadata = mappingAt(secret, 'metadata');
  const name = textAt(metadata, 'name');
  const namespace = textAt(metadata, 'namespace');
  if (name === undefined) throw unfit(what, 'the Secret has no metadata.name');
  const type = textAt(secret, 'type') ?? 'Opaque';
  if (type !== 'Opaque' && type !== 'kubernetes.io/tls') {
    throw unfit(
      what,
      `is of type ${quotable(type)}, which never changes; releaf writes Opaque and kubernetes.io/tls`,
      'copy it under another name with one of these types, and adopt the copy',
    );
  }
  const { certificate, privateKey, certificates, authorities, ...rest } = pairItems(secret, what);
  const leaf = certificates.find(({ isCa }) => !isCa) ?? certificates[0];
  if (!leaf) throw new Error('readCertificates returned no certificate');
  const owner = ownerOf(metadata);
  const issuer = certManagerIssuer(metadata);
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    type,
    keys: { certificate, ...(privateKey !== undefined && { privateKey }) },
    leaf,
    issuers: [...certificates, ...authorities].filter((one) => one !== leaf),
    ...rest,
    ...(owner && { owner }),
    ...(issuer && { issuer }),
    isReleased:
      owner?.kind === 'SealedSecret' ||
      textAt(mappingAt(metadata, 'annotations'), MANAGED) === 'true',
    isImmutable: immutable === true,
  };
}

function ownerOf(metadata: Mapping): SecretOwner | undefined {
  const { ownerReferences } = metadata;
  const references = Array.isArray(ownerReferences)
    ? (ownerReferences as readonly unknown[]).filter(isMapping)
    : [];
  const owner = references.find((one) => one['controller'] === true) ?? references[0];
  if (owner) return { kind: textAt(owner, 'kind') ?? '?', name: textAt(owner, 'name') ?? '?' };
  const name = textAt(mappingAt(metadata, 'annotations'), CERT_MANAGER);
  return name === undefined ? undefined : { kind: 'Certificate', name };
}
