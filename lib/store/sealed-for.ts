import { sopsFile } from '../constructs/manifest-file';
import type { CertificateSpec } from '../model/certificate-spec';
import type { SealedFor } from '../rotation/changes';
import { sealingCertificateSha256 } from '../sealing/sealing-certificate-digest';
import type { Folder } from './folder';
import { OUTPUT_FOLDER } from './output-folder';
import { pathInside } from './path-inside';
import { readSopsRecipients } from './sops-config';
import { readTextIfThere } from './text-file';

/**
 * The age recipients of a certificate: those of the config, or of the creation rule in `.sops.yaml` for
 * the file that will hold its Secret.
 *
 * @throws ReleafError SEALING_RECIPIENTS
 */
export function sopsRecipients({ root }: Folder, spec: CertificateSpec): readonly string[] {
  if (spec.sealing.type !== 'sops') return [];
  const { recipients } = spec.sealing;
  return recipients ?? readSopsRecipients(root, `${OUTPUT_FOLDER}/${sopsFile(spec, 1)}`).recipients;
}

/**
 * For whom the keys of each certificate would be sealed now. Each sealing certificate is read once; one
 * that is missing says nothing, and `renew` asks for it.
 *
 * @throws ReleafError when a file is there and cannot be used
 */
export function sealedForIn(folder: Folder): (spec: CertificateSpec) => SealedFor | undefined {
  const digests = new Map<string, string | undefined>();
  const digestOf = (file: string): string | undefined => {
    if (!digests.has(file)) {
      const pem = readTextIfThere(pathInside(folder.root, file), file);
      digests.set(file, pem === undefined ? undefined : sealingCertificateSha256(pem, file));
    }
    return digests.get(file);
  };
  return (spec) => {
    const { sealing } = spec;
    if (sealing.type === 'sops') return { recipients: sopsRecipients(folder, spec) };
    const sha256 = sealing.type === 'sealed-secrets' ? digestOf(sealing.certificate) : undefined;
    return sha256 === undefined ? undefined : { sealingCertificateSha256: sha256 };
  };
}
