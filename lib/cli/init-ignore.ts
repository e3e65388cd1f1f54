import { join } from 'node:path';
import type { CiFile } from '../config/init/ci-files';
import type { CertificateSpec } from '../model/certificate-spec';
import { shellWord } from '../model/shell-word';
import { ignoreLine } from '../store/adopt-into';
import { isThere } from '../store/survey';
import type { Context } from './context';

const IGNORE_FILE = '.gitignore';

/** What git must ignore and must not. */
export interface IgnoreRules {
  /** The file with all of it, unless there is one. */
  readonly files: readonly CiFile[];
  /** What to do about a file that is there. */
  readonly notes: readonly string[];
}

/**
 * The lines for `.gitignore`: the staging folder is ignored, and nothing that must be committed is, whichever
 * rule of the repository says so, such as `dist/` of `cdk8s init`, or `*.pem`.
 *
 * @param output - the output folder, relative to `root`
 */
export function ignoreRules(
  context: Pick<Context, 'ignoredByGit' | 'folder'>,
  root: string,
  output: string,
  certificates: readonly CertificateSpec[],
): IgnoreRules {
  const lines = [...staging(context, root), ...committed(context, root, output, certificates)];
  if (lines.length === 0) return { files: [], notes: [] };
  if (!isThere(root, IGNORE_FILE)) {
    return { files: [{ file: IGNORE_FILE, text: `${lines.join('\n')}\n` }], notes: [] };
  }
  const file = shellWord(join(context.folder, IGNORE_FILE));
  const words = lines.map(shellWord).join(' ');
  return {
    files: [],
    notes: [
      `${IGNORE_FILE} needs ${lines.length === 1 ? 'one line more' : `${lines.length} lines more`}:`,
      // The last line of the file may have no end.
      `      printf '\\n%s' ${words} '' >> ${file}`,
    ],
  };
}

function staging({ ignoredByGit }: Pick<Context, 'ignoredByGit'>, root: string): readonly string[] {
  const ignore = ignoreLine({ root, configFile: '' });
  return ignore && ignoredByGit(root, [`${ignore.line}x`]).length === 0 ? [ignore.line] : [];
}

function committed(
  { ignoredByGit }: Pick<Context, 'ignoredByGit'>,
  root: string,
  output: string,
  certificates: readonly CertificateSpec[],
): readonly string[] {
  const own = (folder: string): readonly string[] => [`!/${folder}/`, `!/${folder}/**`];
  const files = new Set(
    certificates.flatMap(({ sealing, ca }) => [
      ...(sealing.type === 'sealed-secrets' ? [sealing.certificate] : []),
      ...(ca === undefined ? [] : [ca]),
    ]),
  );
  const wanted = new Map<string, readonly string[]>([
    [`${output}/x.k8s.yaml`, own(output)],
    ['certificates/x/1/request.pem', own('certificates')],
    ['certificates/x/1/request.yaml', own('certificates')],
    ...[...files].map((file) => [file, [`!/${file}`]] as const),
  ]);
  const ignored = ignoredByGit(root, [...wanted.keys()]);
  return [...new Set(ignored.flatMap(({ path }) => wanted.get(path) ?? []))];
}
