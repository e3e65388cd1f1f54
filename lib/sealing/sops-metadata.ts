import type { SealedKey } from '../model/revision';

/** A private key that SOPS opens. */
export type SopsSealedKey = Extract<SealedKey, { readonly sealing: 'sops' }>;

/**
 * The block `sops` of the file in which the key stands. Everything else in the file may change: only what
 * `encrypted_regex` matches is encrypted and counted in the MAC.
 *
 * @see https://github.com/getsops/sops/blob/v3.13.2/stores/stores.go metadata
 */
export function sopsMetadata({ item, age, lastModified, mac, version }: SopsSealedKey): object {
  return {
    age: age.map(({ recipient, enc }) => ({ recipient, enc })),
    encrypted_regex: `^${item.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
    lastmodified: lastModified,
    mac,
    mac_only_encrypted: true,
    version,
  };
}

/**
 * A path other than that of the private key which SOPS would take for encrypted as well: it holds
 * `encrypted_regex` against each key on the way to a value, not only against the last.
 *
 * @param manifest - the Secret without its block `sops`
 * @returns undefined when the private key is the only value that is encrypted
 */
export function alsoEncrypted(manifest: object, item: string): readonly string[] | undefined {
  const search = (value: unknown, path: readonly string[]): readonly string[] | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key];
      const isThePrivateKey = path.length === 1 && path[0] === 'data';
      const found = key === item && !isThePrivateKey ? here : search(inner, here);
      if (found) return found;
    }
    return undefined;
  };
  return search(manifest, []);
}
