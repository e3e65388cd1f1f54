import { originsOf } from '../config/origins';
import { readAnnotation } from '../delivery/annotate-file';
import { misplacedRestart } from '../delivery/misplaced-restart';
import { objectAt } from '../delivery/object-at';
import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Revision } from '../model/revision';
import { explanationJson, explanationText } from '../report/explain';
import { explain, type Known } from '../report/explain-certificate';
import type { ExplainedRestart } from '../report/explanation';
import { statusRows } from '../report/status';
import { incoherences, problemOf, type Problem } from '../rotation/coherence';
import { plan } from '../rotation/plan';
import { caDigest, restartAnnotation, restartDigest } from '../rotation/restart';
import { readCas } from '../store/ca-file';
import { readConfigFile } from '../store/config-file';
import { openFolder, type Folder } from '../store/folder';
import { CERTIFICATES, readRevision, revisionNumbers } from '../store/revisions';
import { readTeamFile } from '../store/team-files';
import { sealedForIn } from '../store/sealed-for';
import { EXIT, type Context, type ExitStatus } from './context';
import { select } from './selection';

/** `releaf explain NAME`: all about one certificate, whatever its state; writes nothing. */
export function runExplain(
  context: Context,
  name: string,
  { json }: { readonly json: boolean },
): ExitStatus {
  const folder = openFolder(context.folder);
  const [spec] = select(folder, [name]);
  if (!spec) throw new Error(`select returned nothing for ${name}`);
  const explanation = explain(readKnown(folder, spec, context.now));
  context.print(json ? explanationJson(explanation) : explanationText(explanation));
  return EXIT.done;
}

/** Gathers what there is; what is wrong with it joins the problems. */
function readKnown(folder: Folder, spec: CertificateSpec, now: Date): Known {
  const { root } = folder;
  const problems: Problem[] = [];
  const attempt = <Result>(file: string, read: () => Result): Result | undefined => {
    let result: Result | undefined;
    problems.push(
      ...problemOf(file, () => {
        result = read();
      }),
    );
    return result;
  };
  const certificates = `${CERTIFICATES}/${spec.name}`;
  const numbers = attempt(certificates, () => revisionNumbers(root, spec.name)) ?? [];
  const readings = numbers.map((number) => {
    const file = `${certificates}/${number}`;
    const revision = attempt(file, () => readRevision(root, spec.name, number));
    return { number, ...(revision && { revision }) };
  });
  const revisions = readings.flatMap(({ revision }) => revision ?? []);
  const cas = attempt(spec.ca ?? '', () => readCas(folder, spec));
  problems.push(...incoherences(spec, revisions, cas, ownersOf(spec, revisions)));
  const restart = spec.restart.map((place): ExplainedRestart => {
    const found = attempt(place.file, () => {
      const text = readTeamFile(root, place.file, spec.name);
      const refused = misplacedRestart(place, objectAt(text, place));
      if (refused) throw refused;
      return readAnnotation(text, place, restartAnnotation(spec.name));
    });
    const value = attempt(certificates, () => valueOf(spec, revisions, place.digestOf));
    return { ...place, ...(value && { value }), ...(found !== undefined && { found }) };
  });
  const status =
    revisions.length === readings.length
      ? attempt(certificates, () => {
          const sealedFor = sealedForIn(folder, ({ code, message, hint }) => {
            problems.push({ code, file: certificates, message, hint });
          });
          const [step] = plan([{ spec, revisions }], now, { sealedFor });
          const [row] = step ? statusRows([step], now) : [];
          return step && row && { ...row, reason: step.reason };
        })
      : undefined;
  const origins = originsOf(readConfigFile(root).layers, spec);
  return { spec, revisions: readings, problems, restart, origins, ...(status && { status }) };
}

function valueOf(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  digestOf: ExplainedRestart['digestOf'],
): string | undefined {
  const current = currentRevision(revisions);
  if (!current) return undefined;
  return digestOf === 'ca' ? caDigest(current) : restartDigest(current, spec);
}

/** Which revision a public key belongs to. */
const ownersOf = (
  { name }: CertificateSpec,
  revisions: readonly Revision[],
): ReadonlyMap<string, string> =>
  new Map(revisions.map(({ number, record }) => [record.publicKeySha256, `${name}/${number}`]));
