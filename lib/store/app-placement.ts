import { join, posix } from 'node:path';
import { renderCertificate } from '../constructs/render';
import { manifestDifferences } from '../delivery/manifest-differences';
import { identityOf, inWords } from '../delivery/manifest-identity';
import { patchFile } from '../delivery/output-file';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { readManifests, type Manifest } from '../yaml/read-manifests';
import { producedFiles } from './app-output';
import { readFolder, type Folder } from './folder';
import { SecretOwners } from './secret-owners';
import { readText } from './text-file';

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
      // A patch is no object, and only Kustomize would know what to do with it.
      if (file === patchFile(name)) continue;
      for (const wanted of objectsOf(text, file)) assertOnce(wanted, placed, name);
    }
  }
}

function assertOnce(
  wanted: Manifest,
  placed: ReadonlyMap<string, readonly Placed[]>,
  certificate: string,
): void {
  const shown = inWords(wanted);
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
  if (manifestDifferences(found.object, wanted).length === 0) return;
  throw new ReleafError(
    'APP_FAILED',
    `${found.file}: ${shown} is not what RotatingCertificate gives for certificate ${certificate}`,
    'let the app take it from the library, and add labels and annotations only, none that Argo CD, Flux, Sealed Secrets or RBAC act on',
  );
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

function objectsOf(text: string, file: string): readonly Manifest[] {
  const reading = readManifests(text);
  if ('problem' in reading) throw notYaml(file, reading.problem.message);
  return reading.manifests;
}

const notYaml = (file: string, problem: string): ReleafError =>
  new ReleafError(
    'APP_FAILED',
    `${file}: the app of cdk8s.yaml wrote what is not YAML: ${problem}`,
    'let it write manifests only, or other files under another ending',
  );
