import { ApiObject, App, Chart, Yaml } from 'cdk8s';
import { ENGINE_RULES } from '../delivery/engines';
import { folderObjects } from '../delivery/folder-objects';
import { MARKER, outputFile, patchFile, possibleFiles } from '../delivery/output-file';
import { restartPatches } from '../delivery/restart-patches';
import type { DeliverySpec } from '../model/delivery-spec';
import type { Certificate } from '../model/revision';
import { partOf } from './part';
import { RotatingCertificate } from './rotating-certificate';

/** A file of `dist/`. */
export interface RenderedFile {
  /** Path in `dist/`, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/**
 * The files of one certificate. Its objects stand in order of apply, as the engine of its delivery wants
 * them: a file for all of them or one for each, but a Secret that SOPS encrypts always alone. Where a
 * kustomization lists the files, those that hold nothing now are there too, without an object.
 *
 * Each certificate gets an App and a Chart of its own, and its objects are asked one by one.
 * `App.synth()` and `Chart.toJson()` resolve dependencies and validate the whole App once for each
 * Chart: time that grows with the square of the Charts, and for one Chart is still a tenth of all.
 * Nothing here depends on anything or has a validation.
 *
 * The bytes depend on the argument only: keys are ordered here, since `CDK8S_DISABLE_SORT` changes
 * cdk8s' order, and every object has a name, since `CDK8S_LEGACY_HASH` changes made-up ones.
 *
 * @returns none when there is nothing to write: no revision is issued, none waits for a signer
 * in the cluster
 * @throws ReleafError `CERTIFICATE_KEY_MISMATCH`, `SEALED_KEY_CHANGED` or `SECRET_RENAMED` as
 * {@link RotatingCertificate}
 */
export function renderCertificate(certificate: Certificate): readonly RenderedFile[] {
  const { spec, revisions } = certificate;
  // The name is no id: constructs keeps children in a plain object, which has a `constructor`.
  const chart = new Chart(new App(), 'Certificate');
  new RotatingCertificate(chart, 'Certificate', certificate);
  const files = new Map<string, Manifest[]>();
  const add = (file: string, object: Manifest): void => {
    const others = files.get(file);
    if (others) others.push(object);
    else files.set(file, [object]);
  };
  for (const construct of chart.node.findAll()) {
    if (!ApiObject.isApiObject(construct)) continue;
    const part = partOf(construct);
    if (part) add(outputFile(spec, part), construct.toJson() as Manifest);
  }
  for (const patch of restartPatches(spec, revisions)) add(patchFile(spec.name), patch);
  if (ENGINE_RULES[spec.delivery.engine].listing) {
    for (const file of possibleFiles(spec, [])) if (!files.has(file)) files.set(file, []);
  }
  return Array.from(files, ([file, objects]) => ({ file, text: textOf(objects) }));
}

/**
 * The files that all certificates of a folder share: the kustomizations that list the others, and the
 * Kustomization objects of Flux.
 *
 * @param files - paths of the certificates' files, as {@link renderCertificate} gives them
 */
export function renderShared(
  delivery: DeliverySpec,
  files: Iterable<string>,
): readonly RenderedFile[] {
  return folderObjects(delivery, files).map(({ file, objects }) => ({
    file,
    text: textOf(objects as readonly Manifest[]),
  }));
}

const NOTHING = '# Nothing is to be applied now.\n';

const textOf = (objects: readonly Manifest[]): string =>
  `${MARKER}\n${objects.length === 0 ? NOTHING : Yaml.stringify(...objects.map(inOrder))}`;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: object;
  /** Where SOPS keeps what it needs to open the object. */
  readonly sops?: object;
}

function inOrder({ apiVersion, kind, metadata, sops, ...rest }: Manifest): object {
  return {
    apiVersion,
    kind,
    ...(metadata && { metadata: sorted(metadata) }),
    ...(sorted(rest) as object),
    ...(sops && { sops: sorted(sops) }),
  };
}

/** Keys by code unit, at every level. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
