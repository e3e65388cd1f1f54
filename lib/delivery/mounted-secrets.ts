import { KNOWN_KINDS } from '../config/pod-annotations';
import { groupOf } from '../model/api-version';
import { valueAt } from './value-at';
import { parsePath } from './yaml-path';

const TEMPLATE_ANNOTATIONS = /^(.*\btemplate)\.metadata\.annotations$/;

/** All that stands in a text and could be the name of a Secret: `web-tls` of `shop/web-tls`. */
export const namesIn = (text: string): ReadonlySet<string> =>
  new Set(text.match(/\w(?:[\w.-]*\w)?/g));

/**
 * The Secrets in the volumes of an object's pods, where none of them is meant and nothing else of its pod
 * template names one that is: no variable, argument or annotation.
 *
 * @param object - as the API server or a file has it
 * @param meant - the names that the Secret may have
 * @returns undefined where one is named, or the object is of a kind that is not known or no whole pod template
 */
export function otherSecrets(
  object: unknown,
  meant: readonly string[],
): readonly string[] | undefined {
  const template = podTemplateOf(object);
  const containers = ['containers', 'initContainers'].flatMap((key) =>
    listAt(template, 'spec', key),
  );
  if (containers.length === 0) return undefined;
  const volumes = listAt(template, 'spec', 'volumes');
  const sources = volumes.map((volume) => ({ ...(volume as object), name: undefined }));
  const named = [
    sources,
    ...containers.flatMap((container) =>
      ['env', 'envFrom', 'args', 'command'].map((key) => valueAt(container, [key])),
    ),
    Object.values(valueAt(template, ['metadata', 'annotations']) ?? {}),
  ];
  const names = new Set(textsIn(named).flatMap((text) => [...namesIn(text)]));
  if (meant.some((name) => names.has(name))) return undefined;
  const mounted = volumes.flatMap((volume) => [
    valueAt(volume, ['secret', 'secretName']),
    ...listAt(volume, 'projected', 'sources').map((source) => valueAt(source, ['secret', 'name'])),
  ]);
  return [...new Set(mounted.filter((name) => typeof name === 'string'))];
}

function podTemplateOf(object: unknown): unknown {
  const kind = valueAt(object, ['kind']);
  const known = typeof kind === 'string' ? KNOWN_KINDS.get(kind) : undefined;
  const [, path] = TEMPLATE_ANNOTATIONS.exec(known?.annotations ?? '') ?? [];
  if (!known || path === undefined) return undefined;
  const apiVersion = valueAt(object, ['apiVersion']);
  return groupOf({ apiVersion }) === groupOf(known) ? valueAt(object, parsePath(path)) : undefined;
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((inner) => textsIn(inner))
    : [];
}
