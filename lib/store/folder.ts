import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseConfig, type Config } from '../config/parse-config';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import { readConfigFile } from './config-file';
import { CERTIFICATES, readRevisions, recordedNames } from './revisions';

/** A folder with a config: what releaf works on. */
export interface Folder {
  /** Absolute path. */
  readonly root: string;
  /** Name of the config file in it. */
  readonly configFile: string;
  readonly config: Config;
}

/**
 * Opens a folder and reads its config.
 *
 * @throws ReleafError CONFIG_MISSING, CONFIG_INVALID, SIGNER_RULE or FILE_UNREADABLE
 */
export function openFolder(path: string): Folder {
  if (path.includes('\0'))
    throw new ReleafError('CONFIG_MISSING', 'a folder cannot have NUL in its name');
  const root = resolve(path);
  const status = statSync(root, { throwIfNoEntry: false });
  if (!status?.isDirectory()) {
    const what = status ? 'is a file, not a folder' : 'there is no such folder';
    // The shell passes a pattern on as it is when it stands in quotes, or fits nothing.
    const hint = /[*?[]/.test(path) ? 'leave it unquoted: the shell makes folders of it' : '';
    throw new ReleafError('CONFIG_MISSING', `${root}: ${what}`, hint);
  }
  const { file, source, written } = readConfigFile(root);
  return { root, configFile: file, config: parseConfig(written, source) };
}

/** A certificate of the config with its revisions as they stand in the folder. */
export function readCertificate({ root }: Folder, spec: CertificateSpec): Certificate {
  return { spec, revisions: readRevisions(root, spec.name) };
}

/**
 * Every certificate of the config with its revisions, one at a time: a folder of 10,000 is never in
 * memory at once.
 */
export function* readFolder(folder: Folder): Generator<Certificate> {
  for (const spec of folder.config.certificates) yield readCertificate(folder, spec);
}

/**
 * Refuses revisions that no entry of the config owns. Their Secret would silently leave the output and
 * be deleted in the cluster, so to give a certificate up takes a removal that reviewers see.
 *
 * @throws ReleafError CERTIFICATE_ORPHANED
 */
export function assertNoOrphans({ root, configFile, config }: Folder): void {
  const owned = new Set(config.certificates.map(({ name }) => name));
  const orphan = recordedNames(root).find((name) => !owned.has(name));
  if (orphan === undefined) return;
  const bound = readRevisions(root, orphan).at(-1)?.sealedKey;
  throw new ReleafError(
    'CERTIFICATE_ORPHANED',
    `${CERTIFICATES}/${orphan}: ${configFile} has no certificate ${orphan}, so Secret ${bound ? `${bound.namespace}/${bound.name}` : ''} would leave the output and the cluster`,
    `put the entry back under its name, since a certificate cannot be renamed; to give the certificate up: git rm -r ${CERTIFICATES}/${orphan}`,
  );
}

/**
 * Reads a folder for use in a cdk8s app: the certificates by name.
 *
 * @param path - the folder with `releaf.yaml` or `releaf.config.ts`
 * @throws ReleafError when the config or a revision is not what it should be
 */
export function loadCertificates(path = '.'): ReadonlyMap<string, Certificate> {
  const folder = openFolder(path);
  return new Map(
    Array.from(readFolder(folder), (certificate) => [certificate.spec.name, certificate]),
  );
}
