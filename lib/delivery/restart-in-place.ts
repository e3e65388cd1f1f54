import type { CertificateSpec, RestartFile } from '../model/certificate-spec';
import { restartAnnotation } from '../rotation/restart';
import { annotateFile } from './annotate-file';
import { objectAt, type DescribedObject } from './object-at';
import { refuse } from './yaml-file';

/**
 * Sets the restart annotation of a certificate at a place of a file of the team's.
 *
 * @param text - the file
 * @returns the new text, as {@link annotateFile} gives it
 * @throws ReleafError `RESTART_FILE` as {@link annotateFile}, and where the object is one that an operator
 * makes
 */
export function restartInPlace(
  text: string,
  place: RestartFile,
  { name, secret, operated }: Pick<CertificateSpec, 'name' | 'secret' | 'operated'>,
  value: string,
): string {
  if (operated && isOperated(objectAt(text, place), operated, secret.namespace)) {
    throw refuse(
      place.file,
      `${operated.kind} ${operated.name} is made by an operator, which takes back what others put there`,
      `in restart of ${name} in the config name ${operated.instead}`,
    );
  }
  return annotateFile(text, place, restartAnnotation(name), value);
}

const isOperated = (
  object: DescribedObject | undefined,
  { kind, name }: NonNullable<CertificateSpec['operated']>,
  inNamespace: string,
): boolean =>
  object?.kind === kind &&
  object.name === name &&
  (object.namespace ?? inNamespace) === inNamespace;
