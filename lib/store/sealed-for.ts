import { outputFile, secretPart } from '../delivery/output-file';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Revision } from '../model/revision';
import type { SealedFor } from '../rotation/changes';
import {
  fetchSealingCertificate,
  sealingCertificateSha256,
} from '../sealing/sealing-certificate-digest';
import { readApp } from './app-output';
import type { Folder } from './folder';
import { OUTPUT_FOLDER } from './output-folder';
import { pathInside } from './path-inside';
import { readSopsRules, type SopsRules } from './sops-config';
import { readText, readTextIfThere } from './text-file';

/** Who shall open a file that SOPS encrypts. */
export interface SopsRecipients {
  /** age recipients, one or more, each once. */
  readonly recipients: readonly string[];
  /** The `.sops.yaml` that says so, relative to the folder; absent when the config does. */
  readonly file?: string;
}

/**
 * The age recipients of certificates: those of the config, or of the creation rule in `.sops.yaml` for the
 * file in `dist/` that will hold the Secret of the revision. `.sops.yaml` is read once, when it is needed.
 *
 * @returns undefined where nobody says it: there is no `.sops.yaml`, or SOPS is not what seals. It throws
 * ReleafError SEALING_RECIPIENTS or FILE_UNREADABLE when the rules cannot be used, also since an app names
 * its files itself
 */
export function sopsRecipientsIn({
  root,
}: Folder): (spec: CertificateSpec, revision: number) => SopsRecipients | undefined {
  let read: { readonly rules: SopsRules | undefined; readonly byApp: boolean } | undefined;
  return (spec, revision) => {
    if (spec.sealing.type !== 'sops') return undefined;
    const { recipients } = spec.sealing;
    if (recipients) return { recipients };
    read ??= { rules: readSopsRules(root), byApp: readApp(root) !== undefined };
    if (read.byApp) {
      throw new ReleafError(
        'SEALING_RECIPIENTS',
        `${spec.name}: the app of cdk8s.yaml names its files itself, so no creation rule of .sops.yaml can be chosen`,
        'name age recipients in sealing.recipients of the config',
      );
    }
    const { rules } = read;
    return rules && { recipients: rules.recipientsFor(fileOf(spec, revision)), file: rules.file };
  };
}

const fileOf = (spec: CertificateSpec, revision: number): string =>
  `${OUTPUT_FOLDER}/${outputFile(spec, secretPart(0, revision))}`;

/**
 * For whom a key like that of the newest revision of each certificate would be sealed now. Each file that
 * says it is read once.
 *
 * @param unusable - told of each certificate for which such a file is there and cannot be used
 * @param missing - whether it is told of a sealing certificate that is not there, too
 */
export function sealedForIn(
  folder: Folder,
  unusable: (error: ReleafError) => void,
  missing: 'told' | 'passed over' = 'passed over',
): (spec: CertificateSpec, newest: Revision | undefined) => SealedFor | undefined {
  const recipientsOf = sopsRecipientsIn(folder);
  const digests = new Map<string, string | undefined>();
  const digestOf = (file: string): string | undefined => {
    if (!digests.has(file)) {
      const path = pathInside(folder.root, file);
      const pem =
        missing === 'told'
          ? readText(path, file, fetchSealingCertificate(file))
          : readTextIfThere(path, file);
      digests.set(file, pem === undefined ? undefined : sealingCertificateSha256(pem, file));
    }
    return digests.get(file);
  };
  return (spec, newest) => {
    try {
      const { sealing } = spec;
      const found = recipientsOf(spec, newest?.number ?? 1);
      if (found) return { recipients: found.recipients };
      const sha256 = sealing.type === 'sealed-secrets' ? digestOf(sealing.certificate) : undefined;
      return sha256 === undefined ? undefined : { sealingCertificateSha256: sha256 };
    } catch (error) {
      if (!(error instanceof ReleafError)) throw error;
      unusable(error);
      return undefined;
    }
  };
}
