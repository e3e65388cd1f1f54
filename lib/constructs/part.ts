import type { ApiObject } from 'cdk8s';
import type { EngineRules } from '../delivery/engine';
import type { Part } from '../delivery/output-file';
import { isCustomResource } from '../model/api-version';

const METADATA = 'releaf/part';

/** Says what an object is there for, and gives it what the engine wants on such an object. */
export function markPart(
  object: ApiObject,
  part: Part,
  { annotations, customResource }: Pick<EngineRules, 'annotations' | 'customResource'>,
): void {
  object.node.addMetadata(METADATA, part);
  const wanted = {
    ...(isCustomResource(object) && customResource),
    ...annotations[part.stage],
  };
  for (const [key, value] of Object.entries(wanted)) object.metadata.addAnnotation(key, value);
}

/** What {@link markPart} said of an object. */
export function partOf(object: ApiObject): Part | undefined {
  return object.node.metadata.find(({ type }) => type === METADATA)?.data as Part | undefined;
}
