import type { Problem } from '../rotation/coherence';
import type { Folder } from '../store/folder';
import { CERTIFICATES } from '../store/revisions';
import { ignoredProblem } from '../verify/output-problem';
import type { Context } from './context';

/**
 * What git ignores although it must be committed, one problem for each of its rules.
 *
 * @param output - files of the output, relative to the folder, whether they are there yet or not
 * @param inputs - all other files
 */
export function ignoredProblems(
  { ignoredByGit }: Pick<Context, 'ignoredByGit'>,
  { root }: Pick<Folder, 'root'>,
  output: readonly string[],
  inputs: readonly string[],
): readonly Problem[] {
  const paths = [...output, ...inputs];
  const ignored = ignoredByGit(root, paths);
  if (ignored.length === 0) return [];
  const chosen = new Set(ignored.map(({ path }) => path));
  const partly = new Set(paths.filter((path) => !chosen.has(path)).map(folderOf));
  const byRule = new Map<string, Set<string>>();
  for (const { path, rule } of ignored) {
    const shown = partly.has(folderOf(path)) ? path : folderOf(path);
    byRule.set(rule, (byRule.get(rule) ?? new Set()).add(shown));
  }
  const own = new Set([`${CERTIFICATES}/`, ...output.map(folderOf)]);
  return Array.from(byRule, ([rule, found]) => ignoredProblem(rule, [...found], own));
}

/** A folder stands for its files where all of them are meant. */
const folderOf = (path: string): string => path.replace(/\/.*/, '/');
