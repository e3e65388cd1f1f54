import type { Document, Node } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { ReleafError } from '../model/errors';
import { isConflicting, readYaml } from '../yaml/read-yaml';

const MAX_BYTES = 5 * 1024 * 1024;

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
  const reading = readYaml(text);
  if ('documents' in reading) return reading.documents;
  const { message, at } = reading.problem;
  throw refuse(
    file,
    at ? `is not valid YAML: line ${at.line}, column ${at.column}: ${message}` : message,
    hintFor(text),
  );
}

function hintFor(text: string): string {
  if (isConflicting(text)) return 'take either side of what releaf sets there, then: releaf synth';
  return text.includes('{{') ? 'a Helm template is not YAML: name its values file instead' : '';
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
