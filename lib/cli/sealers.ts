import type { CertificateSpec } from '../model/certificate-spec';
import { plaintextSealer } from '../sealing/plaintext';
import { readSealingCertificate, sealedSecretsSealer } from '../sealing/sealed-secrets';
import type { Sealer } from '../sealing/sealer';
import { sopsSealer } from '../sealing/sops';
import type { Folder } from '../store/folder';
import { readNamedFile } from '../store/revisions';
import { sopsRecipients } from '../store/sealed-for';
import { ageEncryptTo } from './age';
import type { Context } from './context';

/**
 * The ways in which certificates of the config seal, read and checked at once.
 *
 * @param specs - for which keys will be made
 * @returns the way of each of them
 * @throws ReleafError SEALING_CERTIFICATE, SEALING_RECIPIENTS, FILE_UNREADABLE or PATH_OUTSIDE
 */
export function sealers(
  folder: Folder,
  context: Context,
  specs: readonly CertificateSpec[],
): (spec: CertificateSpec) => Sealer {
  const byName = new Map<string, Sealer>();
  const byWay = new Map<string, Sealer>();
  for (const spec of specs) {
    const recipients = spec.sealing.type === 'sops' ? sopsRecipients(folder, spec) : [];
    const way = JSON.stringify([spec.sealing, recipients]);
    const sealer = byWay.get(way) ?? sealerFor(folder, context, spec, recipients);
    byWay.set(way, sealer);
    byName.set(spec.name, sealer);
  }
  return ({ name }) => {
    const sealer = byName.get(name);
    if (!sealer) throw new Error(`no sealer was made for ${name}`);
    return sealer;
  };
}

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
      const hint = `get it from the controller: kubeseal --fetch-cert > ${certificate}`;
      const pem = readNamedFile(root, certificate, hint);
      return sealedSecretsSealer(
        readSealingCertificate(pem, certificate, now),
        scope,
        randomness.bytes,
      );
    }
  }
}
