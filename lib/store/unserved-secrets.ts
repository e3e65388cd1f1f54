import { resolve } from 'node:path';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Certificate } from '../model/revision';
import { readManifests } from '../yaml/read-manifests';
import { readFolder, type Folder } from './folder';
import type { OutputDifference } from './output-difference';
import { CERTIFICATES } from './revisions';
import { readText } from './text-file';

const SECRET = /^kind: (?:Sealed)?Secret\r?$/m;

/**
 * The Secrets of the config that no revision gives. Where the output has one all the same, its revision was
 * lost, since a rollback leaves one that serves: it would silently leave the output, and be deleted in the
 * cluster.
 */
export class UnservedSecrets {
  readonly #specs: CertificateSpec[] = [];

  /** @returns whether it is one that no revision gives */
  add({ spec, revisions }: Certificate): boolean {
    const isUnserved = !currentRevision(revisions);
    if (isUnserved) this.#specs.push(spec);
    return isUnserved;
  }

  /**
   * Refuses to change or remove a file of the output that has one of them.
   *
   * @param file - as messages call it
   * @param text - what stands in it
   * @throws ReleafError REVISION_MISSING
   */
  assertNoneIn(file: string, text: string): void {
    const specs = this.#specs.filter(({ secret }) => text.includes(secret.name));
    if (specs.length === 0 || !SECRET.test(text)) return;
    const reading = readManifests(text);
    if ('problem' in reading) return;
    for (const { kind, metadata } of reading.manifests) {
      if (kind !== 'Secret' && kind !== 'SealedSecret') continue;
      const { name, namespace } = metadata ?? {};
      const spec = specs.find((one) => namespace === one.secret.namespace && isOf(one, name));
      if (!spec) continue;
      const folder = `${CERTIFICATES}/${spec.name}`;
      throw new ReleafError(
        'REVISION_MISSING',
        `${folder}: no revision gives Secret ${spec.secret.namespace}/${String(name)}, which ${file} has, so it would leave the output and the cluster`,
        `restore what is gone: git checkout HEAD -- ${folder}, or commit it where it was made; to let the Secret go: git rm ${file}`,
      );
    }
  }
}

const isOf = ({ secret }: CertificateSpec, name: unknown): boolean =>
  name === secret.name ||
  (secret.naming === 'perRevision' &&
    typeof name === 'string' &&
    /^-\d+-[\da-f]{8}$/.test(name.slice(secret.name.length)) &&
    name.startsWith(secret.name));

/**
 * Refuses differences that take a Secret of the config out of the output; see {@link UnservedSecrets}.
 *
 * @throws ReleafError REVISION_MISSING
 */
export function assertSecretsStay(folder: Folder, differences: readonly OutputDifference[]): void {
  const left = differences.filter(({ kind }) => kind === 'changed' || kind === 'stale');
  if (left.length === 0) return;
  const unserved = new UnservedSecrets();
  for (const certificate of readFolder(folder)) unserved.add(certificate);
  for (const { file } of left) {
    unserved.assertNoneIn(file, readText(resolve(folder.root, file), file));
  }
}
