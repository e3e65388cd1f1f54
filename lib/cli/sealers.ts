import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { plaintextSealer } from '../sealing/plaintext';
import { readSealingCertificate, sealedSecretsSealer } from '../sealing/sealed-secrets';
import type { Sealer } from '../sealing/sealer';
import { fetchSealingCertificate } from '../sealing/sealing-certificate-digest';
import { sopsSealer } from '../sealing/sops';
import type { Folder } from '../store/folder';
import { readNamedFile } from '../store/revisions';
import { sopsRecipientsIn } from '../store/sealed-for';
import { NAME_RECIPIENTS } from '../store/sops-config';
import { ageEncryptTo } from './age';
import type { Context } from './context';

/** A revision that will have a key of its own. */
export interface ToSeal {
  readonly spec: CertificateSpec;
  readonly step: { readonly revision: number };
}

/**
 * The ways in which certificates of the config seal, read and checked at once. Says from which `.sops.yaml`
 * recipients come.
 *
 * @param revisions - for which keys will be made
 * @returns the way of each of them
 * @throws ReleafError SEALING_CERTIFICATE, SEALING_RECIPIENTS, FILE_UNREADABLE or PATH_OUTSIDE
 */
export function sealers(
  folder: Folder,
  context: Context,
  revisions: readonly ToSeal[],
): (spec: CertificateSpec) => Sealer {
  const byName = new Map<string, Sealer>();
  const byWay = new Map<string, Sealer>();
  const recipientsOf = sopsRecipientsIn(folder);
  const files = new Set<string>();
  for (const { spec, step } of revisions) {
    const found = recipientsOf(spec, step.revision);
    if (!found && spec.sealing.type === 'sops') throw nobodyToSealFor();
    if (found?.file !== undefined) files.add(found.file);
    const recipients = found?.recipients ?? [];
    const way = JSON.stringify([spec.sealing, recipients]);
    const sealer = byWay.get(way) ?? sealerFor(folder, context, spec, recipients);
    byWay.set(way, sealer);
    byName.set(spec.name, sealer);
  }
  for (const file of files) context.note(`recipients from ${file}`);
  return ({ name }) => {
    const sealer = byName.get(name);
    if (!sealer) throw new Error(`no sealer was made for ${name}`);
    return sealer;
  };
}

const nobodyToSealFor = (): ReleafError =>
  new ReleafError(
    'SEALING_RECIPIENTS',
    'there is no .sops.yaml in the folder or above it in its repository, and the config names no recipients',
    NAME_RECIPIENTS,
  );

function sealerFor(
  { root }: Folder,
  { now, randomness }: Context,
  { sealing }: CertificateSpec,
  recipients: readonly string[],
): Sealer {
  switch (sealing.type) {
    case 'plaintext':
      return plaintextSealer;
    case 'sops':
      return sopsSealer({
        recipients,
        encryptTo: ageEncryptTo,
        randomBytes: randomness.bytes,
        now,
      });
    case 'sealed-secrets': {
      const { certificate, scope } = sealing;
      const pem = readNamedFile(root, certificate, fetchSealingCertificate(certificate));
      return sealedSecretsSealer(
        readSealingCertificate(pem, certificate, now),
        scope,
        randomness.bytes,
      );
    }
  }
}
