type Node = string | { readonly path: string; readonly body: readonly Node[] };

/** Of kubectl's JSONPath what the scripts use: literals, paths, `@`, and `range` over a list. */
export function jsonPath(template: string, object: unknown): string {
  const tokens = template.match(/\{"(?:[^"\\]|\\.)*"\}|\{[^}]*\}/g) ?? [];
  expect(tokens.join('')).toBe(template);
  const parse = (): readonly Node[] => {
    const nodes: Node[] = [];
    for (;;) {
      const token = tokens.shift();
      if (token === undefined || token === '{end}') return nodes;
      const [, path] = /^\{range (.*)\[\*\]\}$/.exec(token) ?? [];
      nodes.push(path === undefined ? token.slice(1, -1) : { path, body: parse() });
    }
  };
  const write = (nodes: readonly Node[], at: unknown): string =>
    nodes
      .map((node) => {
        if (typeof node !== 'string') {
          const list = (valueAt(node.path, at) ?? []) as readonly unknown[];
          return list.map((item) => write(node.body, item)).join('');
        }
        if (node.startsWith('"')) return JSON.parse(node) as string;
        const value = valueAt(node.replace(/^@/, ''), at) ?? '';
        return typeof value === 'string' ? value : JSON.stringify(value);
      })
      .join('');
  return write(parse(), object);
}

/** `.spec.usages`; a dot in a key has a backslash in front. */
const valueAt = (path: string, object: unknown): unknown =>
  path
    .split(/(?<!\\)\./)
    .filter((key) => key !== '')
    .reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key.replaceAll('\\', '')],
      object,
    );
