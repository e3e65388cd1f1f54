import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReleafError } from '../model/errors';
import { shownPath } from './shown-path';
import { errno, fileError } from './text-file';

/** Name of the folder for what is not whole yet; ignored by git, swept at the start of each command. */
export const STAGING_FOLDER = '.releaf-tmp';

/**
 * Makes files and folders appear whole or not at all: everything is written beside its place, on the
 * same file system, and renamed into it. What goes is renamed away first, so that a folder is never
 * half there.
 *
 * A second run that sweeps while the first is still writing takes the first one's staging folder away
 * whole, so the first fails and nothing half-written is ever renamed into place.
 */
export class Staging {
  readonly #root: string;
  #folder: string | undefined;
  #staged: { readonly from: string; readonly to: string }[] = [];
  #count = 0;

  /** @param root - the folder that all targets are in */
  constructor(root: string) {
    this.#root = root;
  }

  /** Removes what a run that was cut off has left. */
  sweep(): void {
    const staging = this.#place();
    this.#attempt(staging, () => {
      // Another run may sweep, or end, at the same time.
      unless(['ENOENT'], () => {
        for (const entry of readdirSync(staging)) {
          const dead = join(staging, `dead-${entry}`);
          unless(['ENOENT'], () => {
            renameSync(join(staging, entry), dead);
          });
          rmSync(dead, { recursive: true, force: true });
        }
      });
      removeWhenEmpty(staging);
    });
  }

  /** Writes a file that {@link commit} will put to `target`, or to where a link there leads. */
  stageFile(target: string, text: string): void {
    const from = this.#write(this.#next(target), text);
    this.#attempt(target, () => {
      const present = statSync(target, { throwIfNoEntry: false });
      if (present) chmodSync(from, present.mode);
      this.#staged.push({ from, to: present ? realpathSync(target) : target });
    });
  }

  /**
   * Writes a folder of files and puts it to `target` at once, safe on disk before anybody sees it.
   *
   * @throws ReleafError REVISION_EXISTS when another run was there first
   */
  placeFolder(target: string, files: Readonly<Record<string, string>>): void {
    const folder = this.#next(target);
    this.#attempt(target, () => {
      mkdirSync(folder);
      for (const [name, text] of Object.entries(files)) this.#write(join(folder, name), text, true);
      syncFolder(folder);
      mkdirSync(dirname(target), { recursive: true });
      renameSync(folder, target);
      syncFolder(dirname(target));
    });
  }

  /** Puts a file to `target` at once, safe on disk before anybody sees it. */
  placeFile(target: string, text: string): void {
    const file = this.#write(this.#next(target), text, true);
    this.#attempt(target, () => {
      renameSync(file, target);
      syncFolder(dirname(target));
    });
  }

  /**
   * Makes an empty folder that is gone when this closes.
   *
   * @returns its absolute path
   */
  makeFolder(name: string): string {
    const folder = this.#next(name);
    this.#attempt(folder, () => {
      mkdirSync(folder);
    });
    return folder;
  }

  /** Takes a file or folder away, whole, at once. */
  remove(target: string): void {
    const away = this.#next(target);
    this.#attempt(target, () => {
      renameSync(target, away);
      rmSync(away, { recursive: true });
    });
  }

  /** Puts every staged file into its place. */
  commit(): void {
    for (const { from, to } of this.#staged) {
      this.#attempt(to, () => {
        mkdirSync(dirname(to), { recursive: true });
        renameSync(from, to);
      });
    }
    this.#staged = [];
  }

  /** Leaves nothing behind, also after a failure. */
  close(): void {
    this.#staged = [];
    if (this.#folder === undefined) return;
    rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    removeWhenEmpty(join(this.#root, STAGING_FOLDER));
  }

  /** Where everything is staged. Whoever can commit a link there must not choose what is swept. */
  #place(): string {
    const staging = join(this.#root, STAGING_FOLDER);
    const present = lstatSync(staging, { throwIfNoEntry: false });
    if (!present || present.isDirectory()) return staging;
    throw new ReleafError(
      'PATH_OUTSIDE',
      `${STAGING_FOLDER} is a ${present.isSymbolicLink() ? 'link' : 'file'}; releaf needs a folder of its own there`,
      'remove it, and look who made it',
    );
  }

  #next(target: string): string {
    this.#count += 1;
    return join(this.#open(), `${this.#count}-${basename(target)}`);
  }

  #open(): string {
    const staging = this.#place();
    this.#folder ??= this.#attempt(staging, () => {
      mkdirSync(staging, { recursive: true });
      return mkdtempSync(join(staging, 'run-'));
    });
    return this.#folder;
  }

  #write(path: string, text: string, durable = false): string {
    this.#attempt(path, () => {
      const file = openSync(path, 'wx');
      try {
        writeFileSync(file, text);
        if (durable) fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
    return path;
  }

  #attempt<Result>(target: string, write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      if (error instanceof ReleafError) throw error;
      const shown = shownPath(this.#root, target);
      if (errno(error) === 'ENOENT' && this.#folder !== undefined && !existsSync(this.#folder)) {
        throw new ReleafError(
          'FILE_UNWRITABLE',
          `${shown}: another run in the same folder has swept this one away`,
          'run the command again',
        );
      }
      if (['EEXIST', 'ENOTEMPTY'].includes(errno(error) ?? '')) {
        throw new ReleafError(
          'REVISION_EXISTS',
          `${shown}: another run wrote it first`,
          'look at it, then run the command again',
        );
      }
      const failure = fileError('FILE_UNWRITABLE', shown, error);
      if (!['EACCES', 'EPERM', 'EROFS'].includes(errno(error) ?? '')) throw failure;
      throw new ReleafError(failure.code, `${this.#root}: ${failure.message}`, LET_WRITE);
    }
  }
}

const LET_WRITE =
  'releaf writes in that folder: run it as the user whose folder it is, or let this user write there (ls -ld tells)';

/** Runs `work`, and takes it for done when it fails with one of these codes. */
function unless(codes: readonly string[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!codes.includes(errno(error) ?? '')) throw error;
  }
}

/** Not with what is in it: that is another run's, which is still writing there. */
function removeWhenEmpty(folder: string): void {
  unless(['ENOENT', 'ENOTEMPTY'], () => {
    rmdirSync(folder);
  });
}

/** A rename is on disk only when the folder that it happened in is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
