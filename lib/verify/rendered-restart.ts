import { groupOf } from '../model/api-version';
import { valueAt } from '../delivery/value-at';
import { parsePath } from '../delivery/yaml-path';
import type { RestartObject } from '../model/certificate-spec';
import { currentRevision, type Certificate } from '../model/revision';
import { visible } from '../model/visible';
import type { Problem } from '../rotation/coherence';
import { restartAnnotation, restartValue } from '../rotation/restart';
import type { Manifest } from '../yaml/read-manifests';

/** Restart annotations that patches should have brought onto their targets, and are not there. */
export function* restartProblems(
  { spec, revisions }: Certificate,
  manifests: readonly Manifest[],
  source: string,
): Generator<Problem> {
  const current = currentRevision(revisions);
  if (!current) return;
  for (const target of spec.restartObjects.filter(({ form }) => form === 'patch')) {
    const value = restartValue(target.digestOf, current, spec);
    if (value === undefined) continue;
    const fault = faultOf(target, spec.name, value, manifests);
    if (fault === undefined) continue;
    const { kind, namespace, name } = target;
    yield {
      code: 'RENDERED_RESTART',
      file: source,
      message: `${source}: ${kind} ${namespace}/${name}: ${fault}`,
      hint: 'have it in what this overlay renders, and let nothing that comes behind the component take its annotations away',
    };
  }
}

function faultOf(
  target: RestartObject,
  certificate: string,
  value: string,
  manifests: readonly Manifest[],
): string | undefined {
  const annotation = restartAnnotation(certificate);
  const path = [...parsePath(target.annotations), annotation];
  const targets = targetsIn(manifests, target);
  if (targets.length === 0)
    return `is not there, so nothing restarts with certificate ${certificate}`;
  const values = targets.map((one) => valueAt(one, path));
  if (values.includes(value)) return undefined;
  const other = values.find((one) => one !== undefined);
  return other === undefined
    ? `has no ${annotation} in ${target.annotations}, so it does not restart`
    : `${annotation} in ${target.annotations} is ${visible(JSON.stringify(other)).slice(0, 100)}, not ${value}`;
}

/**
 * The target; where it is not there under its own name, what an overlay that gives a prefix or a namespace has made of it:
 * of several names that hold its own, the shortest.
 */
function targetsIn(
  manifests: readonly Manifest[],
  { apiVersion, kind, namespace, name }: RestartObject,
): readonly Manifest[] {
  const alike = manifests.flatMap((one) => {
    const found = one.metadata?.name;
    const isAlike = one.kind === kind && groupOf(one) === groupOf({ apiVersion });
    return isAlike && typeof found === 'string' && found.includes(name) ? [{ one, found }] : [];
  });
  const exact = alike.filter(
    ({ one, found }) => found === name && one.metadata?.namespace === namespace,
  );
  const shortest = alike.reduce((least, { found }) => Math.min(least, found.length), Infinity);
  const renamed = alike.filter(({ found }) => found.length === shortest);
  return (exact.length > 0 ? exact : renamed).map(({ one }) => one);
}
