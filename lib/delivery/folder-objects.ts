import type { DeliverySpec } from '../model/delivery-spec';
import { ENGINE_RULES } from './engines';
import { fluxKustomizations } from './flux-kustomizations';

/** A file that all certificates of a folder share. */
export interface FolderFile {
  /** Path in `dist/`, with forward slashes. */
  readonly file: string;
  readonly objects: readonly object[];
}

/** Name of the file that Kustomize and Flux look for in a folder. */
export const KUSTOMIZATION_FILE = 'kustomization.yaml';

/** Path in `dist/` of the Kustomization objects of Flux. */
export const FLUX_OBJECTS = 'kustomizations/releaf.k8s.yaml';

const API_VERSIONS = {
  Component: 'kustomize.config.k8s.io/v1alpha1',
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
};

/**
 * What all certificates of a folder share: the kustomization that lists the files of each folder of
 * `dist/`, and the Kustomization objects of Flux where the config asks for them.
 *
 * @param files - paths of the certificates' files in `dist/`
 */
export function folderObjects(
  delivery: DeliverySpec,
  files: Iterable<string>,
): readonly FolderFile[] {
  const { listing, folders } = ENGINE_RULES[delivery.engine];
  if (listing === undefined) return [];
  const byFolder = new Map<string, string[]>(
    // Flux fails on a path that is not there, so those that everybody needs always are.
    [folders.secret, folders.request].map((folder) => [folder ?? '', []]),
  );
  for (const path of files) {
    const [folder, file] = path.includes('/') ? path.split('/', 2) : ['', path];
    if (folder === undefined || file === undefined) continue;
    const others = byFolder.get(folder);
    if (others) others.push(file);
    else byFolder.set(folder, [file]);
  }
  const kustomizations = Array.from(byFolder, ([folder, names]) => ({
    file: folder === '' ? KUSTOMIZATION_FILE : `${folder}/${KUSTOMIZATION_FILE}`,
    objects: [
      {
        apiVersion: API_VERSIONS[listing],
        kind: listing,
        // A kustomization that says nothing at all is refused.
        metadata: { name: folder === '' ? 'releaf' : `releaf-${folder}` },
        ...listed(
          'resources',
          names.filter((name) => !isPatch(name)),
        ),
        ...listed(
          'patches',
          names.filter(isPatch).map((path) => ({ path })),
        ),
      },
    ],
  }));
  const ofFlux = fluxKustomizations(delivery, [...byFolder.keys()]);
  return [
    ...kustomizations,
    ...(ofFlux.length === 0 ? [] : [{ file: FLUX_OBJECTS, objects: ofFlux }]),
  ];
}

const isPatch = (file: string): boolean => file.endsWith('.patch.yaml');

const listed = <Item>(key: string, items: readonly Item[]) =>
  items.length === 0 ? {} : { [key]: [...items].sort(byPath) };

const byPath = <Item>(a: Item, b: Item): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
