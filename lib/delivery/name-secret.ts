import type { SecretReference } from '../model/certificate-spec';
import type { Annotation } from './annotate-file';
import { refuse } from './yaml-file';
import { formatPath, parsePath } from './yaml-path';

/**
 * The name of a Secret, and its type where the reader wants it said, at the places of the team's file that
 * refer to it.
 *
 * @throws ReleafError `RESTART_FILE` when a place is no path to a key
 */
export function nameSecret(
  reference: SecretReference,
  secret: { readonly name: string; readonly type: string },
): readonly Annotation[] {
  const { file, name, type } = reference;
  return [
    scalarAt(file, name, secret.name),
    ...(type === undefined ? [] : [scalarAt(file, type, secret.type)]),
  ];
}

function scalarAt(file: string, path: string, value: string): Annotation {
  const segments = parsePath(path);
  const key = segments.at(-1);
  if (typeof key !== 'string' || segments.length < 2) {
    throw refuse(file, `"${path}" does not end in a key inside of a mapping`);
  }
  return { place: { file, annotations: formatPath(segments.slice(0, -1)) }, key, value };
}
