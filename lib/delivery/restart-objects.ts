import { groupOf } from '../model/api-version';
import type { CertificateSpec, RestartObject } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import { restartAnnotation, restartValue } from '../rotation/restart';
import { parsePath } from './yaml-path';

type Form = RestartObject['form'];

/** An object of the team's, with every place of it that is annotated. */
export type AnnotatedObject = readonly [RestartObject, ...RestartObject[]];

/**
 * The objects that restart in one form, in the order of the config. All places of one object belong
 * together: what server-side apply is not given once more it takes out.
 */
export function annotatedObjects(
  { restartObjects }: Pick<CertificateSpec, 'restartObjects'>,
  form: Form,
): readonly AnnotatedObject[] {
  const byObject = new Map<string, RestartObject[]>();
  for (const target of restartObjects.filter((one) => one.form === form)) {
    const id = objectId(target);
    const others = byObject.get(id);
    if (others) others.push(target);
    else byObject.set(id, [target]);
  }
  return [...byObject.values()].map((places) => places as [RestartObject, ...RestartObject[]]);
}

/** What tells one object from another. */
const objectId = (object: RestartObject): string => {
  const { kind, namespace, namespaced, name } = object;
  return JSON.stringify([groupOf(object), kind, namespace, namespaced, name]);
};

/** As much of an object as says what it is and what is to be changed. */
export interface PartialObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Tree;
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * An object with its restart annotations and nothing else.
 *
 * @returns undefined where nothing is to be said, as of a CA when none stands behind the leaf
 */
export function annotationsOnly(
  places: AnnotatedObject,
  revision: IssuedRevision,
  spec: CertificateSpec,
): PartialObject | undefined {
  const [{ apiVersion, kind, name, namespace, namespaced = true }] = places;
  const key = restartAnnotation(spec.name);
  const annotated = places.flatMap(({ annotations, digestOf }) => {
    const value = restartValue(digestOf, revision, spec);
    return value === undefined ? [] : [[...parsePath(annotations).map(String), key, value]];
  });
  if (annotated.length === 0) return undefined;
  const identity = { apiVersion, kind, metadata: { name, ...(namespaced && { namespace }) } };
  return annotated.reduce<Tree>(withValue, { ...identity }) as unknown as PartialObject;
}

/** The tree with one more value: keys from the top, and the value as the last. */
function withValue(tree: Tree, [key = '', ...rest]: readonly string[]): Tree {
  const inner = rest.length === 1 ? rest[0] : withValue((tree[key] ?? {}) as Tree, rest);
  return { ...tree, [key]: inner };
}
