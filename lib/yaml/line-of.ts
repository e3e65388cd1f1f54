import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { readYaml } from './read-yaml';

/**
 * Where in a YAML text values stand.
 *
 * @returns a function from a path to its line, counted from 1: that of the key, or of the item of a
 * list; undefined for what is not there. Aliases are followed.
 */
export function linesOf(text: string): (path: readonly (string | number)[]) => number | undefined {
  const reading = readYaml(text);
  const [document] = 'documents' in reading ? reading.documents : [];
  if (!document) return () => undefined;
  return (path) => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const step of path) {
      const parent: Node | undefined = isAlias(node) ? node.resolve(document) : (node as Node);
      const found = entryAt(parent, step);
      if (!found) return undefined;
      [offset, node] = found;
    }
    return offset === undefined ? undefined : text.slice(0, offset).split('\n').length;
  };
}

/** Where an entry of a collection begins, and its value. */
function entryAt(
  parent: Node | undefined,
  step: string | number,
): readonly [offset: number | undefined, value: unknown] | undefined {
  if (isSeq<Node>(parent)) {
    const item = parent.items[Number(step)];
    return item && [item.range?.[0], item];
  }
  if (!isMap<Node, Node | null>(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === step);
  return pair && [pair.key.range?.[0], pair.value];
}
