import { ReleafError } from '../../model/errors';
import { isAgeRecipient } from '../../sealing/age-recipient';
import { readSealingCertificate } from '../../sealing/sealed-secrets';
import { readCertificates } from '../../x509/certificate';
import { RELATIVE_FILE } from '../file-paths';
import { at, documentsOf, listAt } from './read-value';

interface File {
  readonly file: string;
  readonly text: string;
}

/** The nearest `.sops.yaml`. */
export interface FoundSops {
  readonly file: string;
  /** Age recipients of the first creation rule that has some. */
  readonly recipients: readonly string[];
}

/** In the folder of the config or above it, the nearest. */
export function sopsIn(yaml: readonly File[]): FoundSops | undefined {
  const [nearest] = yaml
    .filter(({ file }) => /^(?:\.\.\/)*\.sops\.yaml$/.test(file))
    .sort((a, b) => a.file.length - b.file.length);
  if (!nearest) return undefined;
  const recipients = listAt(documentsOf(nearest.text)[0], 'creation_rules')
    .map((rule) =>
      [at(rule, 'age') ?? at(rule, 'key_groups', 0, 'age')]
        .flat()
        .flatMap((entry) => (typeof entry === 'string' ? entry.split(',') : []))
        .map((one) => one.trim())
        .filter(isAgeRecipient),
    )
    .find((found) => found.length > 0);
  return { file: nearest.file, recipients: recipients ?? [] };
}

/** Whether kubeseal would seal for it, and its name or its missing subject says that it is meant for that. */
export function couldSeal({ file, text }: File, now: Date): boolean {
  if (RELATIVE_FILE.broken(file) !== undefined) return false;
  try {
    readSealingCertificate(text, file, now);
    const [certificate] = readCertificates(text, file);
    return /seal/i.test(file) || certificate?.subject === '';
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
}

/** Whether it is a CA certificate beside the config, and named as one. */
export function isCa({ file, text }: File): boolean {
  if (!/^ca\.(?:pem|crt)$/.test(file)) return false;
  try {
    return readCertificates(text, file).every((certificate) => certificate.isCa);
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
}
