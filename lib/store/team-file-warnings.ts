import { unnamedPods } from '../config/kes-replicas';
import { findAnnotations } from '../delivery/find-annotations';
import { namesIn, otherSecrets } from '../delivery/mounted-secrets';
import { objectOf } from '../delivery/object-at';
import { parseFile } from '../delivery/yaml-file';
import type { CertificateSpec, RestartFile } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision } from '../model/revision';
import { restartAnnotation } from '../rotation/restart';
import { readRevisions } from './revisions';
import { readTeamFile } from './team-files';

/**
 * Says where a file of the team's makes more pods of KES than the certificate names.
 *
 * @param root - the folder of the config
 */
export function replicaWarnings(root: string, spec: CertificateSpec): readonly string[] {
  const { operated, restart, references, name } = spec;
  const files = operated ? new Set([...restart, ...references].map(({ file }) => file)) : [];
  return Array.from(files, (file) =>
    readable(() => unnamedPods(spec, file, readTeamFile(root, file, name))),
  ).flatMap((text) => text ?? []);
}

/**
 * Where a certificate's files of the team's name a Secret.
 *
 * @param root - the folder of the config
 * @returns `deployment.yaml:21`, in the order of the config; comments do not count
 */
export function linesNaming(
  root: string,
  { name, restart, references }: CertificateSpec,
  secret: string,
): readonly string[] {
  const files = new Set([...restart, ...references].map(({ file }) => file));
  return [...files].flatMap((file) =>
    (readable(() => readTeamFile(root, file, name)) ?? '')
      .split('\n')
      .flatMap((line, index) =>
        !line.includes(restartAnnotation(name)) &&
        namesIn(line.replace(/(?:^|\s)#.*/, '')).has(secret)
          ? [`${file}:${index + 1}`]
          : [],
      ),
  );
}

interface Restarting {
  readonly spec: CertificateSpec;
  readonly place: RestartFile;
}

/**
 * Says where a workload that is to restart mounts other Secrets than that of the certificate.
 *
 * @param root - the folder of the config
 */
export function mountWarnings(root: string, specs: readonly CertificateSpec[]): readonly string[] {
  const files = new Map<string, Restarting[]>();
  for (const spec of specs) {
    for (const place of spec.restart) {
      // Who only trusts the CA need not read the Secret.
      if (place.digestOf === 'ca') continue;
      const entries = files.get(place.file);
      if (entries) entries.push({ spec, place });
      else files.set(place.file, [{ spec, place }]);
    }
  }
  return [...files.values()].flatMap((entries) => readable(() => warningsOf(root, entries)) ?? []);
}

function warningsOf(root: string, entries: readonly Restarting[]): readonly string[] {
  const [{ spec: first, place }] = entries as [Restarting];
  const { file } = place;
  const text = readTeamFile(root, file, first.name);
  const names = namesIn(text);
  // Nearly always it is there, and the file need not be read as YAML.
  const unnamed = entries.filter(({ spec }) => !names.has(spec.secret.name));
  const documents = unnamed.length === 0 ? [] : parseFile(text, file);
  return unnamed.flatMap((entry) => {
    const meant = secretOf(root, entry.spec);
    if (meant === undefined || names.has(meant)) return [];
    const { document } = findAnnotations(documents, entry.place);
    const { kind, name } = objectOf(document) ?? {};
    const others = otherSecrets(document.toJS(), [meant]) ?? [];
    // A file that mounts none may be but a part of what is applied.
    return kind === undefined || name === undefined || others.length === 0
      ? []
      : [
          `${entry.spec.name}: the pods of ${kind} ${name} (${file}) mount Secret ${others.join(', ')}, not ${meant}: name it there, or correct secret.name in the config`,
        ];
  });
}

/** The name of the Secret that is served; undefined while the first is not known. */
function secretOf(root: string, { name, secret }: CertificateSpec): string | undefined {
  const current = currentRevision(readRevisions(root, name))?.sealedKey.name;
  return current ?? (secret.naming === 'stable' ? secret.name : undefined);
}

/** What cannot be read is told by what edits the file. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    // Of the YAML library: an alias without its anchor, or too many of them.
    if (error instanceof ReleafError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}
