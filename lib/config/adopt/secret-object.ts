import { ReleafError } from '../../model/errors';
import { readYaml } from '../../yaml/read-yaml';
import { quotable } from '../problem';

/** etcd takes objects of 1.5 MiB; base64 and indentation add to that. */
const LARGEST_TEXT = 4 * 1024 * 1024;

const HOW = 'give one Secret, as kubectl get secret NAME -o yaml prints it, or NAMESPACE/NAME';

/** The refusal of a Secret that cannot be taken over. */
export const unfit = (what: string, problem: string, hint = HOW): ReleafError =>
  new ReleafError('SECRET_UNFIT', `${what}: ${problem}`, hint);

/** A mapping of which nothing is known. */
export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a mapping itself has under a key, if the value is one too. */
export function mappingAt(value: unknown, key: string): Mapping {
  const inner = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isMapping(inner) ? inner : {};
}

/** What a mapping itself has under a key, if it is text. */
export function textAt(value: Mapping, key: string): string | undefined {
  const text = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/**
 * The one Secret in a text: YAML or JSON, by itself, in a List, or beside other documents.
 *
 * @param what - names the text in messages
 * @throws ReleafError SECRET_UNFIT, never with a part of the text in it but the kinds of objects
 */
export function secretObjectIn(text: string, what: string): Mapping {
  if (text.length > LARGEST_TEXT) throw unfit(what, 'is over 4 MiB, and no Secret is that large');
  const objects = documentsOf(text, what).flatMap((value) => {
    if (!isMapping(value) || !textAt(value, 'kind')?.endsWith('List')) return [value];
    const { items } = value;
    return Array.isArray(items) ? (items as readonly unknown[]) : [];
  });
  return onlySecret(objects, what);
}

/**
 * Refuses what is not a Secret.
 *
 * @throws ReleafError SECRET_UNFIT
 */
export function onlySecret(objects: readonly unknown[], what: string): Mapping {
  const all = objects.filter(isMapping);
  const [secret, another] = all.filter((one) => textAt(one, 'kind') === 'Secret');
  if (another) throw unfit(what, 'holds several Secrets');
  if (secret) return secret;
  const kinds = [...new Set(all.map((one) => quotable(textAt(one, 'kind') ?? '?')))];
  if (kinds.includes('SealedSecret')) {
    throw unfit(
      what,
      'is a SealedSecret',
      'give the Secret that its controller made: the same NAMESPACE/NAME, or kubectl get secret -o yaml',
    );
  }
  const found = kinds.slice(0, 5).join(', ');
  throw unfit(what, found === '' ? 'holds no Kubernetes object' : `holds ${found} and no Secret`);
}

function documentsOf(text: string, what: string): readonly unknown[] {
  const reading = readYaml(text);
  if ('problem' in reading) {
    const { message, at } = reading.problem;
    throw unfit(what, at ? `not YAML: line ${at.line}, column ${at.column}: ${message}` : message);
  }
  try {
    return reading.documents.map((document) => document.toJS() as unknown);
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw unfit(what, 'has an alias that leads nowhere or grows without bound');
  }
}
