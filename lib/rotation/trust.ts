import { ReleafError } from '../model/errors';
import type { X509 } from '../x509/certificate';
import type { IssuedChain } from './issued-chain';

/**
 * The path from a signed chain to the CA of the config, without the certificates of the CA itself.
 *
 * @param cas - the certificates of the `ca` file
 * @param at - when the CA must be valid; left out, its dates do not count
 * @returns the chain up to the last certificate before the CA, and the CA certificate that signed it
 * @throws ReleafError CERTIFICATE_CHAIN when no CA certificate signed the end of the chain
 */
export function trustedPath(
  chain: IssuedChain,
  cas: readonly X509[],
  { file, caFile, at }: { readonly file: string; readonly caFile: string; readonly at?: Date },
): { readonly path: readonly X509[]; readonly ca: X509 } {
  const path = chain.filter(
    (certificate) => !cas.some(({ sha256 }) => sha256 === certificate.sha256),
  );
  const last = path.at(-1);
  const ca = last && cas.find((candidate) => last.issuedBy(candidate));
  if (!ca) {
    throw new ReleafError(
      'CERTIFICATE_CHAIN',
      `${file}: issued by ${chain.at(-1)?.issuer ?? 'nobody'}, which is not signed by a CA of ${caFile} (${cas.map(({ subject }) => subject).join('; ')})`,
      `if the signer's CA changed, add the new one to ${caFile} and keep the old one until all are renewed`,
    );
  }
  if (at && (ca.notAfter <= at || ca.notBefore > at)) {
    throw new ReleafError(
      'CERTIFICATE_CHAIN',
      `${caFile}: the CA ${ca.subject} is valid from ${ca.notBefore.toISOString()} to ${ca.notAfter.toISOString()}, not now`,
      `put the signer's present CA into ${caFile}`,
    );
  }
  return { path, ca };
}
