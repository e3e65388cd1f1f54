import type { CST, Document, ParsedNode } from 'yaml';
import { Composer, isScalar, LineCounter, Parser, visit } from 'yaml';

const MAX_DEPTH = 200;

const MERGE_CONFLICT = [/^<{7} /m, /^={7}\r?$/m, /^>{7} /m];
const CONFLICTING = { message: 'holds the markers of a merge conflict' };

const TOO_DEEP = { message: `is nested more than ${MAX_DEPTH} levels deep` };

/** Whether Git left both sides of a merge in a text. */
export const isConflicting = (text: string): boolean =>
  MERGE_CONFLICT.every((marker) => marker.test(text));

/** Why a text is not YAML that can be read, and where: line and column count from 1. */
export interface YamlProblem {
  readonly message: string;
  readonly at?: { readonly line: number; readonly column: number };
}

/** The documents of a text, or what is wrong with it. */
export type YamlReading =
  { readonly documents: readonly Document.Parsed[] } | { readonly problem: YamlProblem };

/**
 * Reads every document of a YAML 1.2 text, with source positions and without expanding any alias. Made
 * for text that nobody vouches for: the library by itself runs out of stack or memory on deep nesting,
 * and compares each key of a mapping with each other one.
 */
export function readYaml(text: string): YamlReading {
  if (isConflicting(text)) return { problem: CONFLICTING };
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const tokens = [...new Parser(lines.addNewLine).parse(text)];
    if (tooDeep(tokens)) return { problem: TOO_DEEP };
    const composer = new Composer<ParsedNode>({
      keepSourceTokens: true,
      // firstDuplicate() needs linear time.
      uniqueKeys: false,
      logLevel: 'error',
    });
    const documents = [...composer.compose(tokens)];
    for (const document of documents) {
      const [error] = document.errors;
      const wrong = error
        ? { offset: error.pos[0], message: reasonOf(error) }
        : firstDuplicate(document);
      if (wrong) return { problem: { message: wrong.message, at: at(wrong.offset) } };
    }
    return { documents };
  } catch (error) {
    if (error instanceof RangeError) return { problem: TOO_DEEP };
    throw error;
  }
}

/**
 * The value of a text that holds one document at most; none is null.
 *
 * @throws never; what is wrong comes back, also aliases that would grow without bound
 */
export function readYamlValue(
  text: string,
): { readonly value: unknown } | { readonly problem: YamlProblem } {
  const reading = readYaml(text);
  if ('problem' in reading) return reading;
  const [document, another] = reading.documents;
  if (another) return { problem: { message: 'holds more than one document' } };
  try {
    return { value: document ? (document.toJS() as unknown) : null };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { problem: { message: 'has an alias that leads nowhere or grows without bound' } };
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

/** A key that looks like one; anything else may be something that does not belong into a message. */
const shownKey = (key: unknown): string =>
  typeof key === 'string' && /^[-\w./]{1,40}$/.test(key) ? `the key "${key}"` : 'a key';

/** The library's message quotes the text, which may be anything, a misplaced private key as well. */
const reasonOf = ({ code }: { readonly code: string }): string =>
  code.toLowerCase().replaceAll('_', ' ');

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
            message: `${shownKey(key.value)} is there twice`,
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
