import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { X509 } from '../x509/certificate';
import { issuerProblem } from '../x509/path-validation';
import { pinsLeaf } from './certificate-restarts';
import { unfit, type IssuedChain } from './issued-chain';

/** The way from a leaf to the CA that clients trust. */
export interface TrustedPath {
  /** Leaf first, without the CA itself. */
  readonly path: readonly X509[];
  readonly ca: X509;
}

interface Where {
  readonly file: string;
  readonly caFile: string;
  readonly at?: Date;
}

/**
 * The path from a signed chain to the CA of the config. Where several certificates of the CA could
 * have signed, as when it was renewed with the same key, the first that clients accept is taken.
 *
 * @param cas - the certificates of the `ca` file
 * @param at - when the path must be valid; left out, its dates do not count
 * @returns the chain up to the last certificate before the CA, and the CA certificate that signed it
 * @throws ReleafError CERTIFICATE_CHAIN when no CA certificate signed any of the chain, or when a
 * certificate behind the leaf is not valid `at` that time; CERTIFICATE_UNFIT
 */
export function trustedPath(chain: IssuedChain, cas: readonly X509[], where: Where): TrustedPath {
  const { file, caFile } = where;
  let refusal = new ReleafError(
    'CERTIFICATE_CHAIN',
    `${file}: issued by ${chain.certificates.at(-1)?.issuer ?? 'nobody'}, which is not signed by a CA of ${caFile} (${cas.map(({ subject }) => subject).join('; ')})`,
    `if the signer's CA changed, add the new one to ${caFile} and keep the old one until all are renewed`,
  );
  for (const path of pathsTo(cas, chain)) {
    const found = refusalOf(path, chain, where);
    if (!found) return path;
    refusal = found;
  }
  throw refusal;
}

/**
 * Refuses a chain that is not trusted, and certificates in it that nobody vouches for: a program that takes
 * the file for its CAs, as MinIO does, would trust them. The public key of a CA is known to all, so a
 * stranger may sign it and put a root of his own behind. Dates do not count.
 *
 * @param cas - the certificates of the config's `ca` file, if it names one
 * @param file - where the chain stands, for messages
 * @throws ReleafError CERTIFICATE_CHAIN or CERTIFICATE_UNFIT
 */
export function assertTrusted(
  spec: CertificateSpec,
  chain: IssuedChain,
  cas: readonly X509[] | undefined,
  file: string,
): void {
  const { certificates } = chain;
  const refuse = (index: number, why: string): never => {
    throw new ReleafError(
      'CERTIFICATE_CHAIN',
      `${file}: ${ordinal(certificates, index)} ${why}`,
      `renew it: releaf renew ${spec.name} --force; if somebody changed the file by hand, restore it from Git`,
    );
  };
  let trusted = 1;
  if (cas && spec.ca !== undefined) {
    const { path } = trustedPath(chain, cas, { file, caFile: spec.ca });
    trusted = path.length;
    // Not the certificates themselves: a CA may have been renewed with the same key.
    const keys = new Set(cas.map((ca) => ca.publicKeySha256));
    const stranger = certificates.findIndex(
      ({ publicKeySha256 }, index) => index >= trusted && !keys.has(publicKeySha256),
    );
    if (stranger >= 0) refuse(stranger, `goes on behind the CA, and is not in ${spec.ca}`);
  }
  if (pinsLeaf(spec) && certificates.length > trusted) {
    refuse(trusted, 'stands behind the leaf, and with trust: leaf MinIO would trust it too');
  }
}

const ordinal = (chain: readonly X509[], index: number): string =>
  `certificate ${index + 1} (${chain[index]?.subject ?? ''})`;

/**
 * Refuses issuers that came with a leaf and are not valid.
 *
 * @param chain - leaf first
 * @throws ReleafError CERTIFICATE_CHAIN
 */
export function assertIssuersValid(chain: readonly X509[], file: string, at: Date): void {
  const refusal = issuersInvalid(chain, file, at);
  if (refusal) throw refusal;
}

/** Shortest first. A CA that sent its own certificate along, under whatever dates, is not its own issuer. */
function pathsTo(cas: readonly X509[], { certificates }: IssuedChain): readonly TrustedPath[] {
  return certificates.flatMap((last, index) =>
    cas
      .filter((ca) => last.publicKeySha256 !== ca.publicKeySha256 && last.issuedBy(ca))
      .map((ca) => ({ path: certificates.slice(0, index + 1), ca })),
  );
}

function refusalOf(
  { path, ca }: TrustedPath,
  { usages }: IssuedChain,
  { file, caFile, at }: Where,
): ReleafError | undefined {
  if (at && isOutside(ca, at)) {
    return new ReleafError(
      'CERTIFICATE_CHAIN',
      `${caFile}: the CA ${ca.subject} is ${validity(ca)}, not now`,
      `put the signer's present CA into ${caFile}`,
    );
  }
  const problem = issuerProblem(ca, { below: path.length - 1, usages, isAnchor: true });
  if (problem !== undefined) return unfit(`${caFile}: the CA`, ca, problem);
  return at && issuersInvalid(path, file, at);
}

function issuersInvalid(chain: readonly X509[], file: string, at: Date): ReleafError | undefined {
  const index = chain.findIndex((certificate, place) => place > 0 && isOutside(certificate, at));
  const invalid = chain[index];
  return (
    invalid &&
    new ReleafError(
      'CERTIFICATE_CHAIN',
      `${file}: ${ordinal(chain, index)} is ${validity(invalid)}, not now`,
      'send the present certificate of that CA behind the leaf',
    )
  );
}

const isOutside = ({ notBefore, notAfter }: X509, at: Date): boolean =>
  notAfter <= at || notBefore > at;

const validity = ({ notBefore, notAfter }: X509): string =>
  `valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
