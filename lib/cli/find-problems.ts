import { outputFile, secretParts } from '../delivery/output-file';
import { ReleafError } from '../model/errors';
import { problemOf, type Problem } from '../rotation/coherence';
import { readCas } from '../store/ca-file';
import { readEveryFile } from '../store/every-file';
import { assertNoOrphans, readFolder, type Folder } from '../store/folder';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { CERTIFICATES, revisionFiles } from '../store/revisions';
import { readSopsRules } from '../store/sops-config';
import { mountWarnings, replicaWarnings } from '../store/team-file-warnings';
import { findPrivateKey } from '../verify/find-private-key';
import { outputProblem, privateKeyProblem } from '../verify/output-problem';
import { verifyRevisions, type Verified } from '../verify/verify';
import type { Context } from './context';
import { ignoredProblems } from './ignored-problems';
import { committedOutput, type Output } from './output';
import { paced, pacedWork } from './progress';
import { untrackedRevisions } from './untracked-revisions';

/** What `verify` finds. */
export interface Findings {
  readonly problems: readonly Problem[];
  /** How many certificates are issued. */
  readonly issued: number;
  /** What is right only on the way from one config to the next. */
  readonly warnings: readonly string[];
}

const NO_OUTPUT: Output = { differences: [], files: [] };

/** All that does not hold together in what is committed; expiry is not its business. */
export async function findProblems(context: Context, folder: Folder): Promise<Findings> {
  const { length } = folder.config.certificates;
  const verified = await pacedWork(
    context,
    'certificates',
    2 * length,
    verifyRevisions(
      () => readFolder(folder),
      (spec) => readCas(folder, spec),
    ),
  );
  const incoherent = [
    ...verified.problems,
    ...problemOf('certificates', () => {
      assertNoOrphans(folder);
    }),
  ];
  // What does not hold together cannot be synthesized, and was told already.
  const lost: Problem[] = [];
  const output =
    incoherent.length === 0
      ? await committedOutput(folder, context).catch((error: unknown): Output => {
          if (!(error instanceof ReleafError) || error.code !== 'REVISION_MISSING') throw error;
          const { code, message, hint } = error;
          lost.push({ code, file: CERTIFICATES, message, hint });
          return NO_OUTPUT;
        })
      : NO_OUTPUT;
  const isOutputRight = incoherent.length + lost.length + output.differences.length === 0;
  const untracked = isOutputRight ? untrackedRevisions(context, folder, output.files) : [];
  const inClear: Problem[] = [];
  const search = privateKeysInClear(folder, verified.inClear);
  // A certificate of two revisions has ten files, and those of the output.
  for await (const problem of paced(context, 'keys in clear', 10 * length, search)) {
    if (problem) inClear.push(problem);
  }
  const problems = [
    ...incoherent,
    ...lost,
    ...output.differences.map(({ kind, file }) => outputProblem(kind, file)),
    ...ignoredProblems(context, folder, output.files, mustBeCommitted(folder)),
    ...untracked,
    ...inClear,
  ];
  const { certificates } = folder.config;
  const warnings = [
    ...verified.warnings,
    ...excusedKeys(folder, verified.inClear),
    ...certificates.flatMap((spec) => replicaWarnings(folder.root, spec)),
    ...mountWarnings(folder.root, certificates),
  ];
  return { problems, issued: verified.issued, warnings };
}

/** Keys in clear that may be from before the config said otherwise. */
function excusedKeys({ config }: Folder, meant: Verified['inClear']): readonly string[] {
  return meant.flatMap(({ spec: { name, sealing }, numbers }) =>
    sealing.type === 'plaintext'
      ? []
      : numbers
          .map((number) => `${CERTIFICATES}/${name}/${number}/private-key.yaml`)
          .filter((file) => !config.knownPrivateKeys.includes(file))
          .map(
            (file) =>
              `${file}: holds a private key in clear, and the config says sealing: ${sealing.type}; right only if the key was made before it said so`,
          ),
  );
}

/** Every input that has to reach the reviewers, whether it is there yet or not. */
function mustBeCommitted(folder: Folder): readonly string[] {
  const { root, configFile, config } = folder;
  return [
    configFile,
    ...sopsConfigOf(folder),
    ...config.certificates.flatMap(({ name, ca, sealing, restart, references }) => [
      `${CERTIFICATES}/${name}/1/request.yaml`,
      ...revisionFiles(root, name),
      ...(ca === undefined ? [] : [ca]),
      ...(sealing.type === 'sealed-secrets' ? [sealing.certificate] : []),
      ...[...restart, ...references].map(({ file }) => file),
    ]),
  ];
}

/** The `.sops.yaml` that names recipients, where one does and it is in the folder. */
function sopsConfigOf({ root, config }: Folder): readonly string[] {
  const asked = config.certificates.some(
    ({ sealing }) => sealing.type === 'sops' && sealing.recipients === undefined,
  );
  if (!asked) return [];
  try {
    const { file = '..' } = readSopsRules(root) ?? {};
    return file.startsWith('..') ? [] : [file];
  } catch (error) {
    // Whoever makes the next key is told what is wrong with it; what is sealed holds without.
    if (error instanceof ReleafError) return [];
    throw error;
  }
}

function* privateKeysInClear(
  folder: Folder,
  meant: Verified['inClear'],
): Generator<Problem | undefined> {
  const known = new Set(folder.config.knownPrivateKeys);
  for (const { spec, numbers } of meant) {
    for (const number of numbers) {
      known.add(`${CERTIFICATES}/${spec.name}/${number}/private-key.yaml`);
      for (const part of secretParts(spec)) known.add(`${OUTPUT_FOLDER}/${outputFile(spec, part)}`);
    }
  }
  let told: string | undefined;
  for (const { file, bytes } of readEveryFile(folder.root)) {
    yield undefined;
    if (file === told || known.has(file)) continue;
    const form = findPrivateKey(bytes);
    if (form === undefined) continue;
    told = file;
    yield privateKeyProblem(file, form);
  }
}
