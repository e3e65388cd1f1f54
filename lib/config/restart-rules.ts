import { groupOf, isCustomResource } from '../model/api-version';
import { APP_WORKLOADS, isAppWorkload } from '../model/app-workload';
import type { CertificateSpec, RestartFile, RestartObject } from '../model/certificate-spec';
import type { Engine } from '../model/delivery-spec';
import { KNOWN_KINDS, misplaced } from './pod-annotations';
import type { ConfigPath, Problem } from './problem';
import { resolveRestart, writtenObject } from './resolve-restart';
import type { WrittenRestart } from './written-config';

type Report = (path: ConfigPath, allowed: string) => Problem;
type Place = RestartFile | RestartObject;

/**
 * What belongs together in the places of the restart annotation, and with the delivery.
 *
 * @param written - as entry and defaults say them
 * @param report - tells of what stands at a path under the entry
 */
export function restartRules(
  written: readonly WrittenRestart[],
  spec: CertificateSpec,
  report: Report,
): readonly Problem[] {
  const places = written.map((entry) => resolveRestart(entry, spec.secret.namespace));
  return written.flatMap((entry, index) => {
    const here = (path: ConfigPath, allowed: string): Problem =>
      report(['restart', index, ...path], allowed);
    const place = places[index];
    if (!place) return [];
    return [
      ...('file' in entry ? [] : objectRules(entry, place as RestartObject, spec, here)),
      ...operatorRule(place, spec, here),
      ...twiceRule(place, places.slice(0, index), here),
    ];
  });
}

const FILE = '{ file, annotations } where the object is yours';

function objectRules(
  entry: Exclude<WrittenRestart, { readonly file: string }>,
  place: RestartObject,
  { delivery: { engine } }: CertificateSpec,
  here: Report,
): readonly Problem[] {
  const form = 'patch' in entry ? 'patch' : 'serverSideApply';
  if (form === 'patch' && engine !== 'kustomize') {
    const next = `say ${FILE}, or serverSideApply where it is not`;
    return [here([form], `a patch is for delivery: kustomize, and delivery is ${engine}: ${next}`)];
  }
  if (form === 'serverSideApply' && engine === 'kustomize') {
    return [here([form], 'with delivery: kustomize the object is patched: say patch')];
  }
  const { kind } = place;
  const said = writtenObject(entry);
  const unknown = (['apiVersion', 'annotations'] as const).filter((key) => place[key] === '');
  const wrong = misplaced(place, place.annotations);
  return [
    ...(wrong
      ? [here([form, 'annotations'], `${wrong.problem}: leave it out, for ${wrong.usual}`)]
      : []),
    ...unknown.map((key) =>
      here(
        [form, key],
        `say it for ${kind}: releaf knows only that of ${[...KNOWN_KINDS.keys()].join(', ')}`,
      ),
    ),
    ...(said.serviceName === undefined || kind === 'StatefulSet'
      ? []
      : [here([form, 'serviceName'], `only a StatefulSet has one, and this is a ${kind}`)]),
    ...(said.selector === undefined || isAppWorkload(place)
      ? []
      : [here([form, 'selector'], `only ${APP_WORKLOADS.join(', ')} of apps have one here`)]),
    ...(unknown.length === 0
      ? fluxRules(place, engine, (path, text) => here([form, ...path], text))
      : []),
  ];
}

const EMPTIED = 'Flux would apply what is left out as empty';

/** Flux decodes kinds of Kubernetes itself into their Go types (fluxcd/pkg, ssa/normalize). */
function fluxRules(place: RestartObject, engine: Engine, here: Report): readonly Problem[] {
  if (engine !== 'flux' || isCustomResource(place)) return [];
  const { kind, name, namespace, selector, serviceName } = place;
  if (!isAppWorkload(place)) {
    return [here(['kind'], `${EMPTIED}, and of a ${kind} that is not known: say ${FILE}`)];
  }
  const live = (path: string): string =>
    `as kubectl get ${kind.toLowerCase()} ${name} -n ${namespace} -o jsonpath='{${path}}' prints it; ${EMPTIED}`;
  return [
    ...(selector && Object.keys(selector).length > 0
      ? []
      : [here(['selector'], `say it ${live('.spec.selector.matchLabels')}`)]),
    ...(kind !== 'StatefulSet' || serviceName !== undefined
      ? []
      : [here(['serviceName'], `say it ${live('.spec.serviceName')}`)]),
  ];
}

function operatorRule(
  place: Place,
  { operated, secret }: CertificateSpec,
  here: Report,
): readonly Problem[] {
  const object = 'form' in place ? place : place.object;
  if (!operated || object?.kind !== operated.kind || object.name !== operated.name) return [];
  if ('form' in place && place.namespace !== secret.namespace) return [];
  const path =
    'form' in place ? [place.form === 'patch' ? 'patch' : 'serverSideApply'] : ['object'];
  return [
    here(
      [...path, 'name'],
      `an operator makes that ${operated.kind} and takes back what others put there: say ${operated.instead}`,
    ),
  ];
}

function twiceRule(place: Place, before: readonly Place[], here: Report): readonly Problem[] {
  const first = before.findIndex((other) => samePlace(place, other));
  return first < 0 ? [] : [here([], `it is the place of restart[${first}]`)];
}

function samePlace(one: Place, other: Place): boolean {
  if ('form' in one || 'form' in other) {
    return (
      'form' in one &&
      'form' in other &&
      (['kind', 'name', 'namespace', 'annotations'] as const).every(
        (key) => one[key] === other[key],
      ) &&
      groupOf(one) === groupOf(other)
    );
  }
  if (one.file !== other.file || one.annotations !== other.annotations) return false;
  const [{ object: a }, { object: b }] = [one, other];
  // Without an object it is the only one in the file that has the place.
  return !a || !b || (a.kind === b.kind && a.name === b.name);
}

/**
 * Two fragments of one object would take each other's annotation out: server-side apply removes what the
 * same field manager said before and does not say now.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function sharedFragments(certificates: readonly CertificateSpec[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return certificates.flatMap(({ name, restartObjects }) =>
    restartObjects.flatMap((place) => {
      const { form, kind, namespace, name: object } = place;
      const id = JSON.stringify([groupOf(place), kind, namespace, object]);
      const owner = owners.get(id) ?? name;
      if (form === 'fragment') owners.set(id, owner);
      return form === 'patch' || owner === name
        ? []
        : [
            {
              path: ['certificates', name, 'restart'],
              text: `certificates.${owner} has a fragment of ${kind} ${namespace}/${object} already, and a second would take its annotation out: say ${FILE}`,
            },
          ];
    }),
  );
}
