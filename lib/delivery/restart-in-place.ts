import type { CertificateSpec, RestartFile } from '../model/certificate-spec';
import { restartAnnotation } from '../rotation/restart';
import type { Annotation } from './annotate-file';
import { misplacedRestart } from './misplaced-restart';
import type { DescribedObject } from './object-at';
import { refuse } from './yaml-file';

/**
 * The restart annotation of a certificate at a place of a file of the team's. It is refused where no pod gets
 * it, and where the object is one that an operator makes.
 */
export function restartInPlace(
  place: RestartFile,
  { name, secret, operated }: Pick<CertificateSpec, 'name' | 'secret' | 'operated'>,
  value: string,
): Annotation {
  return {
    place,
    key: restartAnnotation(name),
    value,
    refusal: (object) =>
      operated && isOperated(object, operated, secret.namespace)
        ? refuse(
            place.file,
            `${operated.kind} ${operated.name} is made by an operator, which takes back what others put there`,
            `in restart of ${name} in the config name ${operated.instead}`,
          )
        : misplacedRestart(place, object),
  };
}

const isOperated = (
  object: DescribedObject | undefined,
  { kind, name }: NonNullable<CertificateSpec['operated']>,
  inNamespace: string,
): boolean =>
  object?.kind === kind &&
  object.name === name &&
  (object.namespace ?? inNamespace) === inNamespace;
