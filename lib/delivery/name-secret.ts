import type { SecretReference } from '../model/certificate-spec';
import { annotateFile } from './annotate-file';
import { refuse } from './yaml-file';
import { formatPath, parsePath } from './yaml-path';

/**
 * Writes the name of a Secret, and its type where the reader wants it said, to the places of the team's
 * file that refer to it. Every other byte stays, as with {@link annotateFile}.
 *
 * @param text - the file
 * @returns the new text; the very same text when both stand there already
 * @throws ReleafError `RESTART_FILE` when a place is missing, ambiguous or behind an alias
 */
export function nameSecret(
  text: string,
  reference: SecretReference,
  secret: { readonly name: string; readonly type: string },
): string {
  const { file, name, type } = reference;
  const named = setScalar(text, file, name, secret.name);
  return type === undefined ? named : setScalar(named, file, type, secret.type);
}

function setScalar(text: string, file: string, path: string, value: string): string {
  const segments = parsePath(path);
  const key = segments.at(-1);
  if (typeof key !== 'string' || segments.length < 2) {
    throw refuse(file, `"${path}" does not end in a key inside of a mapping`);
  }
  const mapping = formatPath(segments.slice(0, -1));
  return annotateFile(text, { file, annotations: mapping }, key, value);
}
