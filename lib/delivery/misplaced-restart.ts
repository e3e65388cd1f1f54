import { misplaced } from '../config/pod-annotations';
import type { ReleafError } from '../model/errors';
import type { Place } from './find-annotations';
import type { DescribedObject } from './object-at';
import { refuse } from './yaml-file';

/**
 * Why a restart annotation must not stand at a place of an object: nothing would ever restart.
 *
 * @param object - undefined where the file describes none
 * @returns undefined where it may
 */
export function misplacedRestart(
  { file, annotations }: Place,
  object: DescribedObject | undefined,
): ReleafError | undefined {
  const wrong = object && misplaced(object, annotations);
  return wrong
    ? refuse(
        file,
        `${object.kind} ${object.name}: ${wrong.problem}, so nothing would restart`,
        `in restart of the config say annotations: ${wrong.places.join(' or ')}`,
      )
    : undefined;
}
