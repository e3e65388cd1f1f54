import { posix } from 'node:path';
import { inFolder } from './found-engine';
import { scalar } from './lines';
import { parsedAtMost } from './parse-budget';
import { documentsOf, textAt } from './read-value';

/** The names by which Kustomize, and so Flux and Argo CD, know a folder of its own. */
export const KUSTOMIZATION_NAMES = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
] as const;

/**
 * What Flux takes for the resources of a folder without a kustomization.yaml: every manifest below it, and
 * of a folder below with one that folder.
 *
 * @param files - relative to the folder of the config, with forward slashes
 * @param within - the folder of the config in the repository
 * @param folder - relative to the top of the repository
 * @returns relative to `folder`, in code-unit order
 * @see https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_generator.go scanManifests
 */
export function manifestsBelow(
  files: readonly { readonly file: string; readonly text: string }[],
  within: string,
  folder: string,
): readonly string[] {
  const below = files
    .map(({ file, text }) => ({ path: posix.join(within, file), text }))
    .filter(({ path }) => inFolder(path, folder))
    .map(({ path, text }) => ({ path: posix.relative(folder, path), text }));
  const bases = below
    .filter(({ path }) => KUSTOMIZATION_NAMES.some((name) => name === posix.basename(path)))
    .map(({ path }) => posix.dirname(path))
    .filter((base) => base !== '.');
  const baseOf = (path: string): string | undefined =>
    bases
      .filter((base) => inFolder(path, base))
      .sort((a, b) => a.length - b.length)
      .at(0);
  const yaml = below.filter(({ path }) => /\.ya?ml$/.test(path));
  const parsed = new Set(parsedAtMost(yaml).parsed);
  const found = below.flatMap((one) => {
    const base = baseOf(one.path);
    if (base !== undefined) return [base];
    const isOne = parsed.has(one) ? isManifest : looksLikeManifest;
    return /\.ya?ml$/.test(one.path) && isOne(one.text) ? [one.path] : [];
  });
  return [...new Set(found)].sort();
}

const isManifest = (text: string): boolean =>
  text.includes('apiVersion') &&
  documentsOf(text).some(
    (one) => textAt(one, 'apiVersion') !== undefined && textAt(one, 'kind') !== undefined,
  );

/** What is too much to parse. */
const looksLikeManifest = (text: string): boolean =>
  /^apiVersion:/m.test(text) && /^kind:/m.test(text);

/** A whole kustomization.yaml, by lines. */
export const kustomizationText = (
  resources: readonly string[],
  components: readonly string[],
): readonly string[] => [
  'apiVersion: kustomize.config.k8s.io/v1beta1',
  'kind: Kustomization',
  ...list('resources', resources),
  ...list('components', components),
];

const list = (key: string, paths: readonly string[]): readonly string[] =>
  paths.length === 0 ? [] : [`${key}:`, ...paths.map((path) => `  - ${scalar(path)}`)];
