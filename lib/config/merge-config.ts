type Mapping = Readonly<Record<string, unknown>>;

/** Mappings of a config are no deeper: certificates, entry, secret, labels. */
const DEEPEST = 5;

/** Keys whose value is one of several forms, and the key that tells which. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ['sealing', 'type'],
  ['profile', 'name'],
  ['delivery', 'type'],
]);

/**
 * What `extends` means: mappings merge key by key, anything else (lists too) is replaced by what `own`
 * says. A `sealing` of another type and a `profile` of another name are replaced whole. The key
 * `extends` is dropped. Wrong shapes pass through: `parseConfig` complains of them.
 *
 * @param base - the config that is extended, as read
 * @param own - the config that extends it, as read; its values win
 */
export function mergeConfig(base: unknown, own: unknown): unknown {
  const merged = merge(base, own, '', 0);
  if (!isMapping(merged)) return merged;
  return Object.fromEntries(Object.entries(merged).filter(([key]) => key !== 'extends'));
}

function merge(base: unknown, own: unknown, key: string, depth: number): unknown {
  if (own === undefined) return base;
  if (!isMapping(base) || !isMapping(own) || depth === DEEPEST || otherForm(base, own, key)) {
    return own;
  }
  const keys = new Set([...Object.keys(base), ...Object.keys(own)]);
  // fromEntries defines properties: a key __proto__ becomes one too, and sets no prototype.
  return Object.fromEntries(
    [...keys].map((one) => [one, merge(ownValue(base, one), ownValue(own, one), one, depth + 1)]),
  );
}

function otherForm(base: Mapping, own: Mapping, key: string): boolean {
  const tells = FORMS.get(key);
  if (tells === undefined || !Object.hasOwn(base, tells) || !Object.hasOwn(own, tells))
    return false;
  return typeof own[tells] === 'string' && base[tells] !== own[tells];
}

const ownValue = (mapping: Mapping, key: string) =>
  Object.hasOwn(mapping, key) ? mapping[key] : undefined;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
