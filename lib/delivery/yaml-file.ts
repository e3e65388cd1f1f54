import type { CST, Document, Node, ParsedNode } from 'yaml';
import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser, visit } from 'yaml';
import { ReleafError } from '../model/errors';

const MAX_BYTES = 5 * 1024 * 1024;
const MAX_DEPTH = 200;

/** The refusal of one file. */
export function refuse(file: string, problem: string, hint = ''): ReleafError {
  return new ReleafError('RESTART_FILE', `${file}: ${problem}`, hint);
}

/**
 * Reads every document of a YAML file, with source positions and without expanding any alias.
 *
 * @param text - the file
 * @param file - its name, for messages
 * @throws ReleafError `RESTART_FILE` when it is larger than 5 MiB or not YAML 1.2
 */
export function parseFile(text: string, file: string): readonly Document.Parsed[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    throw refuse(file, `has ${bytes} bytes; at most ${MAX_BYTES} (5 MiB) are read`);
  }
  const lines = new LineCounter();
  try {
    const tokens = [...new Parser(lines.addNewLine).parse(text)];
    if (tooDeep(tokens)) throw refuse(file, `is nested more than ${MAX_DEPTH} levels deep`);
    const composer = new Composer<ParsedNode>({
      keepSourceTokens: true,
      // It would compare each key with each other key; firstDuplicate() needs linear time.
      uniqueKeys: false,
      logLevel: 'error',
    });
    const documents = [...composer.compose(tokens)];
    for (const document of documents) {
      const [error] = document.errors;
      const wrong = error
        ? { offset: error.pos[0], message: error.message }
        : firstDuplicate(document);
      if (!wrong) continue;
      const { line, col } = lines.linePos(wrong.offset);
      throw refuse(
        file,
        `is not valid YAML: line ${line}, column ${col}: ${wrong.message}`,
        text.includes('{{') ? 'a Helm template is not YAML: name its values file instead' : '',
      );
    }
    return documents;
  } catch (error) {
    if (error instanceof RangeError)
      throw refuse(file, `is nested more than ${MAX_DEPTH} levels deep`);
    throw error;
  }
}

/** Checked before nodes are made of the tokens, which is recursive and can run out of stack. */
function tooDeep(tokens: readonly CST.Token[]): boolean {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return true;
    const inner =
      token.type === 'document'
        ? [token.value]
        : 'items' in token
          ? token.items.flatMap(({ key, value }) => [key, value])
          : [];
    for (const one of inner) if (one) open.push({ token: one, depth: depth + 1 });
  }
  return false;
}

function firstDuplicate(
  document: Document.Parsed,
): { readonly offset: number; readonly message: string } | undefined {
  let found;
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = {
            offset: key.range?.[0] ?? 0,
            message: `the key "${String(key.value)}" is there twice`,
          };
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

/** Whether an entry has no value, or null for one. */
export function isNull(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

/** What a node is, in a person's words. */
export function describe(node: Node | null): string {
  if (isNull(node)) return 'empty';
  if (isAlias(node)) return `an alias (*${node.source})`;
  if (isMap(node)) return 'a mapping';
  return isSeq(node) ? 'a list' : 'a single value';
}
