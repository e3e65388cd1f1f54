import type { Manifest } from '../yaml/read-manifests';

/**
 * What no two objects have in common that are applied side by side. A SealedSecret becomes the Secret of
 * its name, so the two are in each other's way.
 */
export function identityOf({ kind, metadata }: Manifest): string {
  const kindMade = kind === 'SealedSecret' ? 'Secret' : kind;
  return JSON.stringify([kindMade, metadata?.namespace, metadata?.name]);
}

/** In words: `SealedSecret default/kes-tls`. */
export function inWords({ kind, metadata }: Manifest): string {
  return `${kind} ${placeInWords(metadata)}`;
}

/** In words: `default/kes-tls`; the name alone of what is in no namespace. */
export const placeInWords = (metadata: Manifest['metadata']): string =>
  [metadata?.namespace, metadata?.name].filter((word) => typeof word === 'string').join('/');
