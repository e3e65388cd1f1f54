import type { CertificateSpec, SealingSpec, SecretNaming } from '../model/certificate-spec';
import { STAGES, type Stage } from './engine';
import { ENGINE_RULES } from './engines';
import { ISSUANCE_PARTS } from './issuance-parts';
import { annotatedObjects } from './restart-objects';

/** First line of every file that synth writes; a file without it is not ours to touch. */
export const MARKER =
  '# Written by releaf synth from certificates/. Do not edit: change the config or run releaf.';

/** One object of a certificate in the output. */
export interface Part {
  readonly stage: Stage;
  /** What it is, as the name of its file says it where each object has its own: `secret`, `job`. */
  readonly part: string;
  /** The revision, where SOPS encrypts the object, which so stands alone. */
  readonly sopsRevision?: number;
}

type Placed = Pick<CertificateSpec, 'name' | 'secret' | 'delivery'>;

/**
 * Path of the file in `dist/` that holds an object, with forward slashes. What SOPS encrypts has a file
 * of its own, for SOPS knows one data key and one MAC for each file; its name tells the revision only
 * where each has a Secret of its own.
 */
export function outputFile(
  { name, secret, delivery }: Placed,
  { stage, part, sopsRevision }: Part,
): string {
  const { folders, numbered } = ENGINE_RULES[delivery.engine];
  // kubectl patch takes one object at a time.
  const alone = numbered && stage === 'restart';
  const perObject = delivery.layout === 'object' || alone;
  const number = numbered && !alone && perObject ? `${turnOf(stage, part)}-` : '';
  const ending =
    sopsRevision === undefined
      ? `${perObject ? `.${part}` : ''}.k8s.yaml`
      : `${secret.naming === 'stable' ? '' : `.${sopsRevision}`}.sops.yaml`;
  return within(folders[stage], `${number}${name}${ending}`);
}

/** A Job comes behind what it needs. */
const turnOf = (stage: Stage, part: string): number =>
  STAGES.indexOf(stage) + (part === 'job' ? 2 : 1);

/** Path of the file in `dist/` that holds the patches of a certificate for Kustomize. */
export const patchFile = (name: string): string => `${name}.patch.yaml`;

const within = (folder: string | undefined, file: string): string =>
  folder === undefined ? file : `${folder}/${file}`;

/**
 * Paths of all files in `dist/` that a certificate has at some time, in code-unit order.
 *
 * @param sopsRevisions - numbers of the revisions that each have a file of their own
 */
export function possibleFiles(
  spec: CertificateSpec,
  sopsRevisions: readonly number[],
): readonly string[] {
  const { sealing, secret, signer, delivery, restartObjects } = spec;
  const { gate } = ENGINE_RULES[delivery.engine];
  const secrets: readonly Part[] =
    sealing.type === 'sops'
      ? (secret.naming === 'stable' ? [1] : sopsRevisions).map((number) => secretPart(0, number))
      : secretParts(spec);
  const requests = delivery.request === 'job' ? ISSUANCE_PARTS : ['request'];
  const parts: readonly Part[] = [
    ...secrets,
    ...(gate && needsGate(sealing.type, secret.naming) ? GATE_PARTS : []),
    ...annotatedObjects(spec, 'fragment').map((_, index) => fragmentPart(index)),
    ...(signer === 'local' ? [] : requests).map((part) => ({ stage: 'request', part }) as const),
  ];
  const patched = restartObjects.some(({ form }) => form === 'patch');
  const files = parts.map((part) => outputFile(spec, part));
  return [...new Set([...files, ...(patched ? [patchFile(spec.name)] : [])])].sort();
}

/**
 * The Secret of a revision.
 *
 * @param index - among those that are served, the newest first
 */
export const secretPart = (index: number, sopsRevision?: number): Part => ({
  stage: 'secret',
  part: index === 0 ? 'secret' : `secret-${index + 1}`,
  ...(sopsRevision !== undefined && { sopsRevision }),
});

/** The Secrets that can be served at once: with one for each revision also those that pods still mount. */
export const secretParts = ({ secret }: Pick<CertificateSpec, 'secret'>): readonly Part[] =>
  (secret.naming === 'stable' ? [0] : [0, 1, 2]).map((index) => secretPart(index));

/** A fragment of an object of the team's. */
export const fragmentPart = (index: number): Part => ({
  stage: 'restart',
  part: index === 0 ? 'restart' : `restart-${index + 1}`,
});

/**
 * Whether workloads must be kept waiting until a controller has put the certificate into the Secret. With
 * a Secret for each revision pods wait for it by themselves.
 */
export const needsGate = (sealing: SealingSpec['type'], naming: SecretNaming): boolean =>
  sealing === 'sealed-secrets' && naming === 'stable';

/** What waits for the Secret: its script, and the Job that runs it. */
export const GATE_PARTS = [
  { stage: 'gate', part: 'gate-script' },
  { stage: 'gate', part: 'gate' },
] as const satisfies readonly Part[];

/** Folders below `dist/` in which synth may have written, whichever the delivery was. */
export const OUTPUT_FOLDERS: readonly string[] = [
  ...new Set(Object.values(ENGINE_RULES).flatMap(({ folders }) => Object.values(folders))),
  'kustomizations',
].sort();

/** Whether a file of `dist/` has a name that synth gives. */
export function isManifestFile(fileName: string): boolean {
  return /\.(?:k8s|sops|patch)\.yaml$|^kustomization\.yaml$/.test(fileName);
}
