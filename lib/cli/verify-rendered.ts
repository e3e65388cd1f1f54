import { ReleafError } from '../model/errors';
import { openFolder, readFolder, type Folder } from '../store/folder';
import { decode, readText } from '../store/text-file';
import { renderedProblems } from '../verify/rendered';
import { readManifests, type Manifest } from '../yaml/read-manifests';
import type { Context, ExitStatus } from './context';
import { tellProblems } from './tell-problems';

/** What `releaf verify --rendered` was told on the command line. */
export interface VerifyRenderedFlags {
  /** File name, or `-` for standard input. */
  readonly rendered: string;
  readonly json: boolean;
}

/**
 * `releaf verify --rendered`: whether what an overlay made of `dist/` still does its work. The folder itself
 * is for `releaf verify`.
 */
export async function runVerifyRendered(
  context: Context,
  { rendered, json }: VerifyRenderedFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const source = rendered === '-' ? 'standard input' : rendered;
  const text =
    rendered === '-' ? decode(await context.readInput(), source) : readText(rendered, source);
  const manifests = manifestsOf(text, source);
  const problems = [...renderedProblems([...readFolder(folder)], manifests, source)];
  return tellProblems(context, problems, json, () => allRight(folder, manifests));
}

function allRight({ config }: Folder, manifests: readonly Manifest[]): string {
  const { length } = config.certificates;
  return `all right: ${length} ${length === 1 ? 'certificate' : 'certificates'} in ${manifests.length} ${manifests.length === 1 ? 'object' : 'objects'}`;
}

/** @throws ReleafError FILE_UNREADABLE, also when nothing is in it: what rendered it has failed then */
function manifestsOf(text: string, source: string): readonly Manifest[] {
  const reading = readManifests(text);
  if ('problem' in reading) {
    const { message, at } = reading.problem;
    const place = at ? `:${at.line}:${at.column}` : '';
    throw new ReleafError(
      'FILE_UNREADABLE',
      `${source}${place}: not YAML: ${message}`,
      'put several files together with a line --- in between',
    );
  }
  if (reading.manifests.length > 0) return reading.manifests;
  throw new ReleafError(
    'FILE_UNREADABLE',
    `${source}: holds no object of Kubernetes`,
    'see what went before it: kubectl kustomize OVERLAY | releaf verify --rendered -',
  );
}
