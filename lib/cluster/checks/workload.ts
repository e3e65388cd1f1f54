import { misplacedRestart } from '../../delivery/misplaced-restart';
import { objectAt } from '../../delivery/object-at';
import { valueAt } from '../../delivery/value-at';
import { formatPath, parsePath, type Segment } from '../../delivery/yaml-path';
import type { CertificateSpec, RestartFile } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import { currentRevision, type Certificate } from '../../model/revision';
import { restartAnnotation, restartValue } from '../../rotation/restart';
import type { KubernetesApi, KubernetesObject } from '../kubernetes-api';
import { addressOf, type ObjectName } from './discovery';
import { mountVerdict, namesToMount } from './mounts';
import { controllerOf, ownersOf } from './owners';
import type { Verdict } from './verdict';

/** A place in an object, and what should stand there. */
interface Place {
  readonly path: readonly Segment[];
  /** Path of the mapping around it, as the config says it. */
  readonly around: string;
  /** Which object of the file, where the config says it. */
  readonly object?: { readonly kind: string; readonly name: string };
  /** In words. */
  readonly shown: string;
  /** Undefined while there is nothing to say. */
  readonly expected: string | undefined;
  readonly restarts: boolean;
  /** Names that the Secret may have in its pods; none where they need not read it. */
  readonly mounts: readonly string[];
}

/** Names of the team's files that restart, or name the Secret. */
export const filesOf = ({ restart, references }: CertificateSpec): readonly string[] => [
  ...new Set([...restart, ...references].map(({ file }) => file)),
];

/**
 * The objects in a file of the team's own: there, and as the file says.
 *
 * @param text - the file
 * @throws ReleafError RESTART_FILE when a place is not in the file, or no pod reads it
 */
export async function checkWorkloads(
  api: KubernetesApi,
  certificate: Certificate,
  file: string,
  text: string,
): Promise<readonly Finding[]> {
  const { spec } = certificate;
  const objects = new Map<string, { readonly object: ObjectName; readonly places: Place[] }>();
  const findings: Verdict[] = [];
  for (const place of placesIn(certificate, file)) {
    const found = objectAt(text, { file, ...place, annotations: place.around });
    if (!found) {
      const message = `${file} holds no object of Kubernetes at ${place.shown}: what comes of it is not checked`;
      findings.push({ level: 'ok', message });
      continue;
    }
    const refused = place.restarts
      ? misplacedRestart({ file, annotations: place.around }, found)
      : undefined;
    if (refused) throw refused;
    // Pods mount Secrets of their own namespace only.
    const object = { namespace: spec.secret.namespace, ...found };
    const key = JSON.stringify(object);
    const entry = objects.get(key) ?? { object, places: [] };
    objects.set(key, entry);
    entry.places.push(place);
  }
  for (const { object, places } of objects.values()) {
    findings.push(await checkObject(api, object, places, file));
  }
  return findings.map((finding) => ({ check: 'restart', certificate: spec.name, ...finding }));
}

/**
 * The team's objects that restart through `dist/`: there, and as it says.
 *
 * @throws ReleafError as the API gives it
 */
export async function checkRestartObjects(
  api: KubernetesApi,
  certificate: Certificate,
): Promise<readonly Finding[]> {
  const { name, restartObjects } = certificate.spec;
  return Promise.all(
    restartObjects.map(async (object): Promise<Finding> => {
      const place = restartPlace(certificate, object);
      const verdict = await checkObject(api, object, [place], 'dist/');
      return { check: 'restart', certificate: name, ...verdict };
    }),
  );
}

/** Where the restart annotation stands, or will. */
function restartPlace(
  certificate: Certificate,
  { annotations, digestOf }: Pick<RestartFile, 'annotations' | 'digestOf'>,
): Place {
  const { spec, revisions } = certificate;
  const current = currentRevision(revisions);
  const key = restartAnnotation(spec.name);
  return {
    path: [...parsePath(annotations), key],
    around: annotations,
    shown: `${key} in ${annotations}`,
    expected: current && restartValue(digestOf, current, spec),
    restarts: true,
    mounts: digestOf === 'certificate' ? namesToMount(certificate) : [],
  };
}

function placesIn(certificate: Certificate, file: string): readonly Place[] {
  const { spec, revisions } = certificate;
  return [
    ...spec.restart
      .filter((one) => one.file === file)
      .map((place) => ({
        ...restartPlace(certificate, place),
        ...(place.object && { object: place.object }),
      })),
    ...spec.references
      .filter((one) => one.file === file)
      .map(({ name }) => ({
        path: parsePath(name),
        around: parentOf(name),
        shown: name,
        expected: currentRevision(revisions)?.sealedKey.name,
        restarts: false,
        mounts: [],
      })),
  ];
}

const parentOf = (path: string): string => formatPath(parsePath(path).slice(0, -1));

async function checkObject(
  api: KubernetesApi,
  object: ObjectName,
  places: readonly Place[],
  file: string,
): Promise<Verdict> {
  const { kind, apiVersion, namespace, name } = object;
  const address = await addressOf(api, object);
  if (!address) {
    return {
      level: 'warning',
      message: `${kind} ${namespace}/${name} (${file}): this cluster has no ${kind} of ${apiVersion}`,
      next: ['install its operator first, or see that this is the right cluster'],
    };
  }
  const live = await api.get<KubernetesObject>(address);
  const where = `${kind} ${namespace}/${name}`;
  if (!live) {
    return {
      level: 'warning',
      message: `${where} (${file}) is not in the cluster`,
      next: [`apply ${file}, or see why GitOps has not`],
    };
  }
  return judgeObject({ ...live, apiVersion, kind }, places, where, file);
}

function judgeObject(
  live: KubernetesObject,
  places: readonly Place[],
  where: string,
  file: string,
): Verdict {
  const controller = controllerOf(live.metadata);
  if (controller !== undefined && places.some(({ restarts }) => restarts)) {
    return {
      level: 'warning',
      message: `${where} is made by ${controller}, which takes out of it what it did not put there`,
      next: [
        'restart through what made it: name its file and the place of its pod annotations in restart of the config',
      ],
    };
  }
  const late = places.filter(
    ({ path, expected }) => expected !== undefined && valueAt(live, path) !== expected,
  );
  if (late.length > 0) {
    return {
      level: 'warning',
      message: `${where} does not have what ${file} says yet: ${late.map(({ shown }) => shown).join(', ')}`,
      next: [`apply ${file}, or see why GitOps has not`],
    };
  }
  const names = places.find(({ mounts }) => mounts.length > 0)?.mounts ?? [];
  const unmounted = mountVerdict(live, where, names);
  if (unmounted) return unmounted;
  const owners = ownersOf(live.metadata).join(', ');
  const standing = places.some(({ expected }) => expected !== undefined)
    ? `is as ${file} says`
    : 'is there';
  return {
    level: 'ok',
    message: `${where} ${standing}${owners === '' ? '' : `; shows ${owners}`}`,
  };
}
