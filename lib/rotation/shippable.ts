import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { IssuedRevision, Revision, SealingTarget } from '../model/revision';
import { checkRequest } from '../signers/check-request';
import { certificatePublicKeySha256 } from '../x509/certificate-public-key';
import { sealedKeySha256 } from './sealed-key-digest';
import { secretNameOf } from './secret-name';

/**
 * Refuses a pair that is none: a certificate for another key than the recorded one, or another sealed
 * key. What a cluster would serve must hold together whenever it is written, not only when it came.
 *
 * @throws ReleafError PEM_INVALID, CERTIFICATE_INVALID, CERTIFICATE_KEY_MISMATCH or SEALED_KEY_CHANGED
 */
export function assertPair(
  name: string,
  { number, record, certificate, sealedKey }: IssuedRevision,
): void {
  const folder = `certificates/${name}/${number}`;
  const hint = 'releaf verify tells more; restore the files from Git';
  const publicKey = certificatePublicKeySha256(certificate, `${folder}/certificate.pem`);
  if (publicKey !== record.publicKeySha256) {
    throw new ReleafError(
      'CERTIFICATE_KEY_MISMATCH',
      `${folder}/certificate.pem: is for public key ${publicKey}, request ${record.objectName} has ${record.publicKeySha256}`,
      hint,
    );
  }
  const digest = sealedKeySha256(sealedKey);
  if (digest !== record.sealedKeySha256) {
    throw new ReleafError(
      'SEALED_KEY_CHANGED',
      `${folder}/private-key.yaml: the sealed key has digest ${digest}, request.yaml says ${record.sealedKeySha256}`,
      hint,
    );
  }
}

/**
 * Refuses a recorded request that its signer would refuse: made by releaf it was checked before, so its
 * record was changed since.
 *
 * @throws ReleafError SIGNER_RULE
 */
export function assertRequestable(name: string, { number, record }: Revision): void {
  const [violation] = checkRequest({ ...record, names: record });
  if (!violation) return;
  throw new ReleafError(
    'SIGNER_RULE',
    `certificates/${name}/${number}/request.yaml: ${violation.message}`,
    'restore the file from Git',
  );
}

/**
 * Refuses a Secret that was renamed although its sealed key is made for the old name. Once a revision
 * for the new name was made, the one before it goes on under the old, be it that the new one still waits
 * or that it was rolled back.
 *
 * @param revisions - oldest first
 * @throws ReleafError SECRET_RENAMED
 */
export function assertSecretName(spec: CertificateSpec, revisions: readonly Revision[]): void {
  const newest = revisions.at(-1);
  if (!newest) return;
  const { sealedKey: bound, record } = newest;
  const { namespace } = spec.secret;
  const name = secretNameOf(spec.secret, spec.name, record.objectName);
  // SOPS binds the ciphertext to its path in the file.
  const moved = bound.sealing === 'sops' && bound.item !== spec.secret.keys.privateKey;
  if (bound.namespace === namespace && bound.name === name && !moved) return;
  const place = (target: SealingTarget): string =>
    `${target.namespace}/${target.name}${moved ? `, key ${target.item}` : ''}`;
  throw new ReleafError(
    'SECRET_RENAMED',
    `certificates.${spec.name}.secret: is ${place({ namespace, name, item: spec.secret.keys.privateKey })}, but the private key is sealed for ${place(bound)} and opens nowhere else`,
    `make a key for the new place: releaf renew ${spec.name}${newest.withdrawn ? ' --force' : ''}`,
  );
}
