import { visible } from '../model/visible';

/** Where in the config: keys of mappings and places in lists. */
export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong with a config. */
export interface Problem {
  readonly path: ConfigPath;
  /** What came and what is allowed: `got 90; a duration is …`. */
  readonly text: string;
  /** Whether it is the signer that would refuse. */
  readonly signerRule?: true;
  /** Whether the value is one of `defaults`. */
  readonly inherited?: true;
}

const LONGEST = 60;
const PRIVATE_KEY = /PRIVATE KEY|AGE-(?:SECRET-KEY|PLUGIN)-/i;

/** Text from a config so that it may stand on one line of a message: short, and nothing that acts. */
export function quotable(text: string): string {
  if (PRIVATE_KEY.test(text)) return '[private key]';
  const cut = text.slice(0, LONGEST);
  const shown = visible(cut).slice(0, LONGEST);
  return shown.length < cut.length || cut.length < text.length ? `${shown}…` : shown;
}

/** A value of a config as it may stand in a message. Never the inside of a mapping or a list. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return PRIVATE_KEY.test(value) ? '[private key]' : `"${quotable(value)}"`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return quotable(String(value));
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value))
        return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
      return value instanceof Date ? 'a date' : 'a mapping';
    default:
      return `a ${typeof value}`;
  }
}

/** `certificates.kes.restart[0].file` */
export function formatPath(path: ConfigPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${String(step)}]`;
      if (!/^[-_a-zA-Z0-9]{1,63}$/.test(step)) return `["${quotable(step)}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** Shorter than any private key that somebody might put where the name of one belongs. */
const NAME_LENGTH = 24;

/** What came at this path, unless it might be a private key put there by mistake. */
export function got(path: ConfigPath, value: unknown): string {
  if (value === undefined) return 'missing';
  if (path.at(-1) === 'privateKey' && typeof value === 'string' && value.length > NAME_LENGTH) {
    return `got a text of ${value.length} characters (not shown)`;
  }
  return `got ${shown(value)}`;
}
