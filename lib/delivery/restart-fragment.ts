import { isCustomResource } from '../model/api-version';
import { isAppWorkload } from '../model/app-workload';
import type { CertificateSpec, RestartObject } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import type { EngineRules } from './engine';
import { ENGINE_RULES } from './engines';
import { annotatedObjects, annotationsOnly, type PartialObject } from './restart-objects';

/** A fragment of an object of the team's, for server-side apply. */
export interface RestartFragment {
  /** Which of the certificate's fragments it is; the same whether the others have something to say. */
  readonly index: number;
  readonly object: PartialObject;
}

/**
 * Fragments of the team's objects that hold the restart annotations, what keeps the engine from doing more
 * with them, and, where it decodes them into Go types, what these types write even when it is empty.
 */
export function restartFragments(
  spec: CertificateSpec,
  revision: IssuedRevision,
): readonly RestartFragment[] {
  const rules = ENGINE_RULES[spec.delivery.engine];
  return annotatedObjects(spec, 'fragment').flatMap((places, index) => {
    const annotations = annotationsOnly(places, revision, spec);
    if (!annotations) return [];
    const whole = rules.wholeFragments ? withRequired(annotations, places[0]) : annotations;
    return [{ index, object: guarded(whole, rules) }];
  });
}

interface PodOwnerSpec {
  readonly template?: { readonly metadata?: object; readonly spec?: object };
}

/**
 * What `json` of a Go type writes although nobody said it: it would be applied as empty.
 *
 * @see https://fluxcd.io/flux/faq/#how-to-patch-coredns-and-other-pre-installed-addons
 */
function withRequired(
  object: PartialObject,
  { kind, selector, serviceName }: RestartObject,
): PartialObject {
  if (!isAppWorkload(object)) return object;
  const { template = {}, ...rest }: PodOwnerSpec = object.spec ?? {};
  return {
    ...object,
    spec: {
      ...rest,
      ...(kind === 'StatefulSet' && { serviceName }),
      selector: { matchLabels: selector },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: selector },
        spec: { ...template.spec, containers: [] },
      },
    },
  };
}

/** With the annotations by which the engine leaves the rest of the object alone. */
function guarded(
  object: PartialObject,
  { fragment = {}, customResource }: EngineRules,
): PartialObject {
  const own = object.metadata.annotations ?? {};
  const lists = isCustomResource(object) ? [customResource, fragment] : [fragment];
  const keys = [...new Set(lists.flatMap((list) => Object.keys(list)))];
  const guards = keys.map((key) => [key, lists.flatMap((list) => list[key] ?? []).join(',')]);
  if (guards.length === 0) return object;
  const annotations = { ...own, ...(Object.fromEntries(guards) as Record<string, string>) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
