import { z } from 'zod';
import type { TextShape } from './text-shape';

/** What an editor shows of a key. */
export interface Help {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

const or = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** YAML reads 90 and true as no text: say whether quotes would do. */
function wrongType(input: unknown, { allowed, broken }: TextShape): string {
  if (typeof input !== 'number' && typeof input !== 'boolean') return allowed;
  return broken(String(input)) ?? `${allowed}; write it in quotes: "${String(input)}"`;
}

/** A text of the given shape; the message is the shape's `broken`, or `allowed` where it is no text. */
export const text = (of: TextShape, help: Help) =>
  z
    .string({ error: ({ input }) => wrongType(input, of) })
    .check(({ value, issues }) => {
      const message = of.broken(value);
      if (message !== undefined) issues.push({ code: 'custom', message, input: value });
    })
    .meta({ ...of.json, ...help });

/** One of a few words; `what` begins the message, such as 'a key'. */
export const oneOf = <const Words extends readonly string[]>(
  what: string,
  words: Words,
  help: Help,
) => z.enum(words, { error: `${what} is ${or(words)}` }).meta({ ...help });

/** The message for unknown keys is the list of known ones: see shape-problems.ts. */
export const mapping = <Shape extends z.ZodRawShape>(keys: Shape, help: Help) =>
  z
    .strictObject(keys, {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? Object.keys(keys).join(' ')
          : `a mapping with ${or(Object.keys(keys))} belongs here`,
    })
    .meta({ ...help });

/** A mapping whose keys the author chooses; `of` says in the plural what its values are. */
export const byName = <Value extends z.ZodType>(
  key: TextShape,
  value: Value,
  of: string,
  help: Help,
) =>
  z
    .record(text(key, { description: key.allowed }), value, {
      error: `a mapping of ${of} belongs here`,
    })
    .meta({ ...help });

/** A list without two items of the same `identity`; `of` says in the plural what they are. */
export const list = <Item extends z.ZodType>(
  item: Item,
  of: string,
  help: Help,
  identity: (value: unknown) => unknown = (value) => value,
) =>
  z
    .array(item, { error: `a list of ${of} belongs here` })
    .check(({ value, issues }) => {
      const seen = new Set<unknown>();
      value.forEach((one, index) => {
        const id = identity(one);
        if (seen.has(id)) {
          issues.push({ code: 'custom', path: [index], message: 'it is listed twice', input: one });
        }
        seen.add(id);
      });
    })
    .meta({ uniqueItems: true, ...help });

/** A list of different texts of one shape; `what` as in {@link list}. */
export const texts = (of: TextShape, what: string, help: Help) =>
  list(text(of, { description: of.allowed }), what, help);
