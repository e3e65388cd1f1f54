import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { ReleafError } from '../model/errors';
import { shownPath } from './shown-path';
import { readTextIfThere } from './text-file';

/** What is looked at of a repository at most: enough for a large one, and over in a moment. */
export interface SurveyLimits {
  /** Entries of folders, whatever they are. */
  readonly entries: number;
  /** Folders in folders. */
  readonly depth: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of all files together. */
  readonly bytes: number;
}

export const SURVEY_LIMITS: SurveyLimits = {
  entries: 30_000,
  depth: 12,
  fileBytes: 1024 * 1024,
  bytes: 48 * 1024 * 1024,
};

/** A text file that may tell how the repository works. */
export interface SurveyedFile {
  /** Relative to the folder of the config, with forward slashes; begins with `../` outside of it. */
  readonly file: string;
  readonly text: string;
}

export interface Survey {
  /** The folder of the config first, nearest first. */
  readonly files: readonly SurveyedFile[];
  /** Whether there is more than was looked at. */
  readonly cut: boolean;
}

const READ = /(?:\.ya?ml|\.pem|\.crt|\.cert)$/i;

/** Hidden folders are tools' own; the others are written by tools, and tell nothing that others do not. */
const SKIPPED = /^(?:\..*|node_modules|vendor)$/;

/**
 * Reads the YAML and PEM files of a repository, level by level, so that what is near is seen before what is
 * deep. Links are not followed, pipes and devices not opened; what cannot be read, is no text or is too large
 * is left out.
 *
 * @param root - the folder of the config; comes first
 * @param top - the top of the repository, the same folder or one above
 * @param output - the output folder, relative to `root`; left out
 */
export function surveyRepository(
  root: string,
  top: string,
  output: string,
  limits: SurveyLimits = SURVEY_LIMITS,
): Survey {
  const left = { entries: limits.entries, bytes: limits.bytes };
  const files: SurveyedFile[] = [];
  let cut = false;
  const seen = new Set([join(root, output)]);
  for (const start of new Set([root, top])) {
    let level = seen.has(start) ? [] : [start];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth > limits.depth || left.entries <= 0 || left.bytes <= 0) {
        cut = true;
        break;
      }
      const below: string[] = [];
      for (const folder of level) {
        seen.add(folder);
        const entries = entriesOf(folder);
        if (entries.length > left.entries) cut = true;
        const looked = entries.slice(0, left.entries);
        left.entries -= looked.length;
        for (const entry of looked) {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) {
            if (!SKIPPED.test(entry.name) && !seen.has(path)) below.push(path);
          } else if (entry.isFile() && READ.test(entry.name)) {
            const text = textOf(path, Math.min(limits.fileBytes, left.bytes));
            if (text === undefined) continue;
            left.bytes -= text.length;
            files.push({ file: shownPath(root, path), text });
          }
        }
      }
      level = below;
    }
  }
  return { files, cut };
}

/** In code-unit order, so that the same repository gives the same on every machine. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function textOf(path: string, mostBytes: number): string | undefined {
  try {
    const { size } = lstatSync(path);
    if (size > mostBytes) return undefined;
    const text = readTextIfThere(path, path, 'refuse links');
    return text?.includes('\0') ? undefined : text;
  } catch (error) {
    // It may be gone or closed to us; nothing hangs on one file.
    if (error instanceof ReleafError || isSystemError(error)) return undefined;
    throw error;
  }
}

const isSystemError = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException | undefined)?.code === 'string';

/** Whether something of that name is there, a link that leads nowhere as well. */
export const isThere = (root: string, file: string): boolean =>
  lstatSync(join(root, file), { throwIfNoEntry: false }) !== undefined;
