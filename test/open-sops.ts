import { createDecipheriv, createHash } from 'node:crypto';
import { parse } from 'yaml';

type Tree = Readonly<Record<string, unknown>>;

/** What stands under `sops` in a file. */
export interface SopsBlock {
  readonly age: readonly { readonly recipient: string; readonly enc: string }[];
  readonly lastmodified: string;
  readonly mac: string;
  readonly encrypted_regex?: string;
  readonly mac_only_encrypted?: boolean;
}

/**
 * Opens a YAML file of SOPS and checks its MAC; written from the source of SOPS, not from ours.
 *
 * @param dataKeyOf - opens one of the age files, and gives undefined when it has no identity for it
 * @returns the file's values, all in clear and without the block `sops`
 * @throws when nothing gives the data key, a value was changed or moved, or the MAC is wrong
 * @see https://github.com/getsops/sops/blob/v3.13.2/sops.go Tree.Decrypt
 */
export async function openSops(
  text: string,
  dataKeyOf: (recipient: string, armored: string) => Promise<Buffer | undefined>,
): Promise<Tree> {
  const { sops, ...tree } = parse(text) as Tree & { readonly sops: SopsBlock };
  const keys = await Promise.all(sops.age.map(({ recipient, enc }) => dataKeyOf(recipient, enc)));
  const dataKey = keys.find((key) => key !== undefined);
  if (!dataKey) throw new Error('no identity opens the data key');
  const encrypted = new RegExp(sops.encrypted_regex ?? '');
  const mac = createHash('sha512');
  if (sops.mac_only_encrypted) mac.update(createHash('sha256').update('sops').digest());
  const walk = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((inner: unknown) => walk(inner, path));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]),
      );
    }
    const isEncrypted = path.some((key) => encrypted.test(key));
    const plain = isEncrypted ? decrypt(String(value), `${path.join(':')}:`, dataKey) : value;
    if (isEncrypted || !sops.mac_only_encrypted) mac.update(String(plain));
    return plain;
  };
  const opened = walk(tree, []) as Tree;
  const recorded = decrypt(sops.mac, sops.lastmodified, dataKey);
  if (recorded !== mac.digest('hex').toUpperCase()) throw new Error('the MAC is wrong');
  return opened;
}

function decrypt(value: string, boundTo: string, dataKey: Buffer): string {
  const parts = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:str\]$/.exec(value)?.slice(1);
  if (!parts) throw new Error(`not encrypted: ${boundTo}`);
  const [data, iv, tag] = parts.map((part) => Buffer.from(part, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', dataKey, iv!);
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(tag!);
  return Buffer.concat([decipher.update(data!), decipher.final()]).toString();
}
