import { posix } from 'node:path';
import type { FoundObject } from './found-server';
import { at, listAt, textAt } from './read-value';

/** A Kustomization of Flux, as far as releaf's own must fit to it. */
export interface FoundFlux {
  readonly file: string;
  /** Folder that it applies, in its source. @default - none was found */
  readonly path?: string;
  /** The folders that any of them applies. */
  readonly paths: readonly string[];
  readonly source?: { readonly kind: string; readonly name: string };
  readonly namespace?: string;
  readonly decryptionSecret?: string;
}

/** Flux's own objects stand in the same folder as what it applies; the one that applies a path tells most. */
export function fluxIn(objects: readonly FoundObject[]): FoundFlux | undefined {
  const found = objects.filter(({ object }) =>
    textAt(object, 'apiVersion')?.includes('.toolkit.fluxcd.io/'),
  );
  const kustomizations = found.filter(({ object }) => textAt(object, 'kind') === 'Kustomization');
  const decrypts = kustomizations.find(({ object }) =>
    textAt(object, 'spec', 'decryption', 'secretRef', 'name'),
  );
  const own =
    kustomizations.find(({ object }) => textAt(object, 'metadata', 'name') === 'flux-system') ??
    kustomizations[0];
  const [any] = found;
  if (!any) return undefined;
  if (!own) return { file: any.file, paths: [] };
  const { file, object } = own;
  const namespace = textAt(object, 'metadata', 'namespace');
  const kind = textAt(object, 'spec', 'sourceRef', 'kind');
  const name = textAt(object, 'spec', 'sourceRef', 'name');
  const decryptionSecret = textAt(decrypts?.object, 'spec', 'decryption', 'secretRef', 'name');
  return {
    file,
    path: pathOf(object),
    paths: kustomizations.map((one) => pathOf(one.object)),
    ...(kind !== undefined && name !== undefined && { source: { kind, name } }),
    ...(namespace !== undefined && { namespace }),
    ...(decryptionSecret !== undefined && { decryptionSecret }),
  };
}

/** Where nothing is said it is the top. */
const pathOf = (object: unknown): string =>
  posix.normalize(textAt(object, 'spec', 'path') ?? '.').replace(/^\/+|(?<=.)\/+$/g, '') || '.';

/** The folders that an Application applies with all that is below. */
export const recursingPathsOf = (object: unknown): readonly string[] =>
  sourcesOf(object).flatMap((source) =>
    at(source, 'directory', 'recurse') === true ? (textAt(source, 'path') ?? []) : [],
  );

const sourcesOf = (object: unknown): readonly unknown[] =>
  textAt(object, 'kind') === 'Application'
    ? [at(object, 'spec', 'source'), ...listAt(object, 'spec', 'sources')]
    : [];

/** The folders that an Application applies. */
export const pathsOf = (object: unknown): readonly string[] =>
  sourcesOf(object).flatMap((source) => textAt(source, 'path') ?? []);

/** Whether a folder is that one or below it; both relative to the top of the repository. */
export function inFolder(folder: string, above: string): boolean {
  const [low, high] = [folder, above].map((one) =>
    posix.normalize(one).replace(/^\.?\/?|\/$/g, ''),
  );
  return high === '' || `${low ?? ''}/`.startsWith(`${high ?? ''}/`);
}
