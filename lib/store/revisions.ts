import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReleafError } from '../model/errors';
import type { Revision } from '../model/revision';
import { withoutCarriageReturns } from './line-ends';
import { pathInside } from './path-inside';
import {
  readRequestRecord,
  readSealedKey,
  writeRequestRecord,
  writeSealedKey,
} from './revision-format';
import type { Staging } from './staging';
import { errno, fileError, readText, readTextIfThere } from './text-file';

/** Folder of the revisions, in the folder of the config. */
export const CERTIFICATES = 'certificates';

const NUMBER = /^[1-9]\d{0,8}$/;

/** Whether a folder of this name in that of a certificate is a revision. */
export const isRevisionNumber = (name: string): boolean => NUMBER.test(name);

/** What every revision consists of from the first. */
export const REQUEST_FILES = ['request.pem', 'request.yaml', 'private-key.yaml'] as const;

/** What a revision may consist of. */
export const REVISION_FILES = [...REQUEST_FILES, 'certificate.pem', 'withdrawn'] as const;
export type RevisionFile = (typeof REVISION_FILES)[number];

/**
 * Whether a file is one of a revision: `NAME/NUMBER/FILE`.
 *
 * @param path - relative to `certificates/`
 */
export function isRevisionFile(path: string): boolean {
  const [name, number = '', file = '', ...rest] = path.split('/');
  return (
    name !== '' &&
    isRevisionNumber(number) &&
    (REVISION_FILES as readonly string[]).includes(file) &&
    rest.length === 0
  );
}

const WITHDRAWN = 'Withdrawn by releaf rollback: plan, fetch and synth leave this revision out.\n';

const entries = (
  path: string,
  shown: string,
  ...none: readonly ('ENOENT' | 'ENOTDIR')[]
): readonly string[] => {
  try {
    return readdirSync(path);
  } catch (error) {
    if (none.some((code) => code === errno(error))) return [];
    throw fileError('FILE_UNREADABLE', shown, error);
  }
};

/** Names that have a folder in `certificates/`, in code-unit order. */
export function recordedNames(root: string): readonly string[] {
  const none = ['ENOENT', 'ENOTDIR'] as const;
  const numbers = (name: string): readonly string[] =>
    entries(join(root, CERTIFICATES, name), `${CERTIFICATES}/${name}`, ...none);
  return entries(join(root, CERTIFICATES), CERTIFICATES, ...none)
    .filter((name) => numbers(name).some((n) => NUMBER.test(n)))
    .sort();
}

/**
 * Reads the revisions of a certificate, oldest first; whatever is not a number in its folder is left
 * alone.
 *
 * @throws ReleafError REVISION_INVALID, FILE_UNREADABLE or PATH_OUTSIDE
 */
export function readRevisions(root: string, name: string): readonly Revision[] {
  return revisionNumbers(root, name).map((number) => readRevision(root, name, number));
}

/** The files of every revision of a certificate, whether they are there yet or not. */
export function revisionFiles(root: string, name: string): readonly string[] {
  return revisionNumbers(root, name).flatMap((number) =>
    REVISION_FILES.map((file) => `${CERTIFICATES}/${name}/${number}/${file}`),
  );
}

/** Numbers of the revisions of a certificate, in order. */
export function revisionNumbers(root: string, name: string): readonly number[] {
  const folder = pathInside(root, join(CERTIFICATES, name));
  return entries(folder, `${CERTIFICATES}/${name}`, 'ENOENT')
    .filter((entry) => NUMBER.test(entry))
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads one revision.
 *
 * @throws ReleafError REVISION_INVALID, FILE_UNREADABLE or PATH_OUTSIDE
 */
export function readRevision(root: string, name: string, number: number): Revision {
  return parseRevision(name, number, revisionReader(root, name, number));
}

/** Reads the files of one revision on disk; undefined is what is not there. */
export function revisionReader(root: string, name: string, number: number): ReadRevisionFile {
  const folder = `${CERTIFICATES}/${name}/${number}`;
  const path = pathInside(root, folder);
  return (file) => {
    const text = readTextIfThere(join(path, file), `${folder}/${file}`, 'refuse links');
    return text === undefined ? undefined : withoutCarriageReturns(text);
  };
}

/** Reads a file of one revision, wherever it stands. */
export type ReadRevisionFile = (file: RevisionFile) => string | undefined;

/**
 * A revision from the texts of its files.
 *
 * @throws ReleafError REVISION_INVALID, and whatever `read` throws
 */
export function parseRevision(name: string, number: number, read: ReadRevisionFile): Revision {
  const folder = `${CERTIFICATES}/${name}/${number}`;
  const required = (file: RevisionFile): string => {
    const text = read(file);
    if (text !== undefined) return text;
    throw new ReleafError(
      'REVISION_INVALID',
      `${folder}/${file}: there is no such file`,
      `restore it from Git, or remove ${folder} and run releaf renew ${name}`,
    );
  };
  const certificate = read('certificate.pem');
  return {
    number,
    request: required('request.pem'),
    record: readRequestRecord(required('request.yaml'), `${folder}/request.yaml`),
    sealedKey: readSealedKey(required('private-key.yaml'), `${folder}/private-key.yaml`),
    ...(certificate !== undefined && { certificate }),
    withdrawn: read('withdrawn') !== undefined,
  };
}

/**
 * Writes a new revision; it appears whole.
 *
 * @returns its folder, relative to `root`
 * @throws ReleafError REVISION_EXISTS when another run made the same revision first
 */
export function writeRevision(
  root: string,
  name: string,
  revision: Revision,
  staging: Staging,
): string {
  const folder = `${CERTIFICATES}/${name}/${revision.number}`;
  if (!NUMBER.test(String(revision.number))) {
    throw new ReleafError(
      'REVISION_INVALID',
      `${folder}: revisions are numbered from 1 to 999999999`,
      `renumber the revisions of ${name}: rename their folders`,
    );
  }
  staging.placeFolder(pathInside(root, folder), {
    'request.pem': revision.request,
    'request.yaml': writeRequestRecord(revision.record),
    'private-key.yaml': writeSealedKey(revision.sealedKey),
  });
  return folder;
}

/** Adds the signed chain to a revision. */
export function writeCertificate(
  root: string,
  name: string,
  number: number,
  pem: string,
  staging: Staging,
): string {
  const file = `${CERTIFICATES}/${name}/${number}/certificate.pem`;
  staging.placeFile(pathInside(root, file), pem);
  return file;
}

/** Marks a revision as withdrawn. */
export function writeWithdrawn(
  root: string,
  name: string,
  number: number,
  staging: Staging,
): string {
  const file = `${CERTIFICATES}/${name}/${number}/withdrawn`;
  staging.placeFile(pathInside(root, file), WITHDRAWN);
  return file;
}

/** Takes a revision away. */
export function removeRevision(
  root: string,
  name: string,
  number: number,
  staging: Staging,
): string {
  const folder = `${CERTIFICATES}/${name}/${number}`;
  staging.remove(pathInside(root, folder));
  return folder;
}

/**
 * As {@link readText}, for a file that the config names.
 *
 * @param hint - what to do when it is not there
 */
export function readNamedFile(root: string, file: string, hint = ''): string {
  return readText(pathInside(root, file), file, hint);
}
