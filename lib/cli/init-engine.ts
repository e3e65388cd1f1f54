import { join, posix } from 'node:path';
import { inFolder } from '../config/init/found-engine';
import {
  KUSTOMIZATION_NAMES,
  kustomizationText,
  manifestsBelow,
} from '../config/init/manifests-below';
import { shellWord } from '../model/shell-word';
import { visible } from '../model/visible';
import { FLUX } from '../delivery/flux';
import { FLUX_OBJECTS } from '../delivery/folder-objects';
import { readApp } from '../store/app-output';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { shownPath } from '../store/shown-path';
import { isThere } from '../store/survey';
import { readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import { tidy } from './folders';
import type { Fresh } from './init-prepare';

/** Tells what the engine must be told: it applies that, and no other folder. */
export function tellEngine(context: Context, root: string, fresh: Fresh): void {
  const output = readApp(root)?.output ?? OUTPUT_FOLDER;
  switch (fresh.answers.delivery.value) {
    case 'kubectl':
      return;
    case 'argo-cd':
      tellArgoCd(context, root, fresh, posix.join(fresh.within, output));
      return;
    case 'kustomize':
      tellKustomize(context, fresh, posix.join(fresh.within, output));
      return;
    case 'flux':
      if (!readApp(root)) tellFlux(context, fresh);
  }
}

/** The kustomization.yaml of a folder of the repository, whichever of its names it has. */
function kustomizationOf(top: string, folder: string): string | undefined {
  const name = KUSTOMIZATION_NAMES.find((one) => isThere(top, join(folder, one)));
  return name === undefined ? undefined : posix.join(folder, name);
}

const isOutside = (folder: string): boolean => folder === '..' || folder.startsWith('../');

function tellArgoCd(context: Context, root: string, fresh: Fresh, output: string): void {
  const { note } = context;
  const { findings, top } = fresh;
  const { paths = [], recursing = [] } = findings.argoCd ?? {};
  const isApplied = (path: string): boolean =>
    posix.relative(path, output) === '' ||
    (recursing.includes(path) && inFolder(output, path) && !lists(top, path));
  if (paths.some(isApplied)) return;
  const shown = visible(output);
  note(
    `Argo CD must apply ${shown}/: as a path of an Application, that of the workload at best; docs/argo-cd.md`,
  );
  const above = paths.find((path) => inFolder(output, path));
  if (above === undefined) {
    tellNearer(context, root, fresh);
    return;
  }
  const listing = lists(top, above);
  note(
    listing === undefined
      ? `      the one that applies ${visible(above)} takes what is below, with directory: { recurse: true, include: '{…}' }`
      : `      ${visible(listing)} has it apply what it lists alone: name ${shown} among its sources instead`,
  );
}

/** Below the folder that an Application applies, one word in it is enough. */
function tellNearer(
  { note, folder }: Context,
  root: string,
  { answers, findings, top, within }: Fresh,
): void {
  const { found } = answers.server.value;
  const nearer = findings.argoCd?.paths.find(
    (path) =>
      found !== undefined && inFolder(posix.join(within, found.file), path) && isThere(top, path),
  );
  if (nearer === undefined) return;
  const there = tidy(join(folder, shownPath(root, join(top, nearer))));
  note(
    `      or have the config in ${visible(nearer)}, which Argo CD applies already: releaf init -C ${shellWord(there)}`,
  );
}

const lists = (top: string, path: string): string | undefined =>
  isOutside(posix.normalize(path)) ? undefined : kustomizationOf(top, path);

function tellKustomize(
  { note }: Context,
  { findings, files, within }: Fresh,
  output: string,
): void {
  if (findings.kustomize !== undefined) {
    const file = posix.join(within, findings.kustomize);
    const path = posix.relative(posix.dirname(file), output);
    note(
      `${visible(file)}, or another overlay, needs this among its components (docs/kustomize.md):`,
    );
    note(`      - ${visible(path)}`);
    return;
  }
  note(
    `no kustomization.yaml was found; ${visible(posix.join(within, 'kustomization.yaml'))} with all manifests of the folder (docs/kustomize.md):`,
  );
  noteWhole({ note }, manifestsBelow(files, within, within), [posix.relative(within, output)]);
}

function tellFlux(context: Context, fresh: Fresh): void {
  const { note } = context;
  const { findings, files, within, top } = fresh;
  const { path, paths = [] } = findings.flux ?? {};
  const file = posix.join(within, OUTPUT_FOLDER, FLUX_OBJECTS);
  const must = `Flux must apply ${visible(file)}, which does the rest (docs/flux.md)`;
  if (path === undefined || isOutside(path) || !isThere(top, path)) {
    note(`${must}: add it to the resources of a kustomization.yaml that Flux applies`);
    note(
      '      where that folder has none yet, a new one must list its other manifests too: Flux takes what it does not list for gone',
    );
  } else {
    const present = kustomizationOf(top, path);
    const resource = posix.relative(path, file);
    if (present !== undefined) {
      if (readTextIfThere(join(top, present), present)?.includes(resource)) return;
      note(`${must}: add to the resources of ${visible(present)}`);
      note(`      - ${visible(resource)}`);
    } else {
      note(`${must}: make ${visible(posix.join(path, 'kustomization.yaml'))}, whole`);
      note(
        `      so far Flux applies every manifest below ${visible(path)}; with the file, what it lists alone: the rest it takes for gone, and deletes with prune`,
      );
      noteWhole(context, [...manifestsBelow(files, within, path), resource], []);
    }
  }
  const swept = paths.find((one) => inFolder(within, one) && !isListed(top, one, within));
  if (swept !== undefined) {
    note(
      `warning: Flux takes every YAML file below ${visible(swept)} for a manifest, until a kustomization.yaml there lists them`,
      'important',
    );
  }
  const { kustomizations } = fresh.config.delivery;
  if (!kustomizations) return;
  const secrets = `${kustomizations.name}-${FLUX.folders.secret}`;
  note(
    `the Kustomization of what mounts the Secret waits for it with dependsOn: [{ name: ${secrets} }]`,
  );
}

/** Whether a kustomization.yaml stands on the way from the one folder down to the other. */
function isListed(top: string, above: string, folder: string): boolean {
  for (let at = posix.join(folder, '.'); inFolder(at, above); at = posix.dirname(at)) {
    if (kustomizationOf(top, at) !== undefined) return true;
    if (at === '.') return false;
  }
  return false;
}

function noteWhole(
  { note }: Pick<Context, 'note'>,
  resources: readonly string[],
  components: readonly string[],
): void {
  for (const line of kustomizationText(resources, components)) note(`      ${line}`);
}
