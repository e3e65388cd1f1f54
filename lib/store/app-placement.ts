import { join, posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { renderCertificate } from '../constructs/render';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { readYaml } from '../yaml/read-yaml';
import { producedFiles } from './app-output';
import { readFolder, type Folder } from './folder';
import { SecretOwners } from './secret-owners';
import { readText } from './text-file';

/** An object of Kubernetes, as far as anybody can vouch for it. */
interface Manifest {
  readonly kind: string;
  readonly metadata?: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly labels?: unknown;
    readonly annotations?: unknown;
  } | null;
}

interface Placed {
  readonly file: string;
  readonly object: Manifest;
}

/**
 * Refuses what an app wrote unless every object that the cluster needs of each certificate is there,
 * once, as `RotatingCertificate` gives it; the app may add labels and annotations. A Secret that is left
 * out would be deleted in the cluster, and one that is changed is what `verify` is there to find.
 *
 * @param produced - the folder that the app wrote into, absolute
 * @param output - how messages call it
 * @throws ReleafError APP_FAILED, CONFIG_INVALID, or as `renderCertificate`
 */
export function assertPlaced(folder: Folder, produced: string, output: string): void {
  const placed = placedObjects(produced, output);
  const owners = new SecretOwners();
  for (const certificate of readFolder(folder)) {
    owners.add(certificate);
    const { name } = certificate.spec;
    for (const { file, text } of renderCertificate(certificate)) {
      for (const wanted of objectsOf(text, file)) assertOnce(wanted, placed, name);
    }
  }
}

function assertOnce(
  wanted: Manifest,
  placed: ReadonlyMap<string, readonly Placed[]>,
  certificate: string,
): void {
  const { name, namespace } = wanted.metadata ?? {};
  const shown = `${wanted.kind} ${[namespace, name].filter(Boolean).join('/')}`;
  const [found, another] = placed.get(identityOf(wanted)) ?? [];
  if (!found) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml does not place ${shown} of certificate ${certificate}`,
      `add it: RotatingCertificate.from(chart, loadCertificates(), '${certificate}')`,
    );
  }
  if (another) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml gives ${shown} of certificate ${certificate} twice: in ${found.file} and ${another.file}`,
      'place each certificate once, and nothing else under the name of its Secret',
    );
  }
  if (isAsWanted(found.object, wanted)) return;
  throw new ReleafError(
    'APP_FAILED',
    `${found.file}: ${shown} is not what RotatingCertificate gives for certificate ${certificate}`,
    'let the app take it from the library, and add labels and annotations only',
  );
}

function isAsWanted(found: Manifest, wanted: Manifest): boolean {
  const { metadata: has, ...body } = found;
  const { metadata: wants, ...wantedBody } = wanted;
  return (
    isDeepStrictEqual(body, wantedBody) &&
    contains(has?.labels, wants?.labels) &&
    contains(has?.annotations, wants?.annotations)
  );
}

const contains = (some: unknown, wanted: unknown): boolean =>
  Object.entries(wanted ?? {}).every(
    ([key, value]) => Object.entries(some ?? {}).find(([name]) => name === key)?.[1] === value,
  );

/** A SealedSecret becomes the Secret of its name, so the two are in each other's way. */
function identityOf({ kind, metadata }: Manifest): string {
  const kindMade = kind === 'SealedSecret' ? 'Secret' : kind;
  return JSON.stringify([kindMade, metadata?.namespace, metadata?.name]);
}

function placedObjects(produced: string, output: string): ReadonlyMap<string, readonly Placed[]> {
  const placed = new Map<string, Placed[]>();
  for (const name of producedFiles(produced)) {
    if (!/\.(?:ya?ml|json)$/.test(name)) continue;
    const file = visible(posix.join(output, name));
    for (const object of objectsOf(readText(join(produced, name), file), file)) {
      const identity = identityOf(object);
      const others = placed.get(identity);
      if (others) others.push({ file, object });
      else placed.set(identity, [{ file, object }]);
    }
  }
  return placed;
}

/** Everything that `kubectl apply` would take from a text: documents, and what is in a List. */
function objectsOf(text: string, file: string): readonly Manifest[] {
  const reading = readYaml(text);
  if ('problem' in reading) throw notYaml(file, reading.problem.message);
  return reading.documents.flatMap((document) => {
    try {
      return flat(document.toJS() as unknown);
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      throw notYaml(file, 'has an alias that leads nowhere or grows without bound');
    }
  });
}

function flat(value: unknown): readonly Manifest[] {
  const object = value as (Manifest & { readonly items?: unknown }) | null;
  if (typeof object?.kind !== 'string') return [];
  return object.kind.endsWith('List') && Array.isArray(object.items)
    ? object.items.flatMap(flat)
    : [object];
}

const notYaml = (file: string, problem: string): ReleafError =>
  new ReleafError(
    'APP_FAILED',
    `${file}: the app of cdk8s.yaml wrote what is not YAML: ${problem}`,
    'let it write manifests only, or other files under another ending',
  );
