import type { ReasonedAnswers } from '../config/init/answers';
import type { ConfigParts } from '../config/init/config-parts';
import { configText } from '../config/init/config-text';
import { findingsOf, type Findings } from '../config/init/findings';
import { placesOf } from '../config/init/places';
import { parseConfig, type Config } from '../config/parse-config';
import type { CertificateSpec } from '../model/certificate-spec';
import type { Target } from '../store/adopt-into';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { recipientsAreSaid, usablePlaces } from '../store/places-trial';
import { isThere, surveyRepository, type SurveyedFile } from '../store/survey';
import { readYamlValue } from '../yaml/read-yaml';
import type { Context } from './context';
import type { Repository } from './git-repository';
import { answersTo, type AnswerFlags } from './init-answers';

/** What a first run brings. */
export interface Fresh {
  readonly answers: ReasonedAnswers;
  readonly findings: Findings;
  readonly config: Config;
  /** The config as it is written. */
  readonly text: string;
  /** What was looked at; relative to the folder. */
  readonly files: readonly SurveyedFile[];
  /** Absolute path of the top of the repository. */
  readonly top: string;
  /** The folder in its repository, with forward slashes; empty for the top. */
  readonly within: string;
}

/**
 * Looks around, asks for what is not found, and holds what is going to be written against every rule.
 *
 * @throws ReleafError as `parseConfig`, or when an answer is missing
 */
export async function prepare(
  context: Context,
  target: Target,
  repository: Repository,
  flags: AnswerFlags,
): Promise<Fresh> {
  const { root } = target;
  const { top, within, host } = repository;
  const { files, cut } = surveyRepository(root, top, OUTPUT_FOLDER);
  const findings = findingsOf(files, within, context.now);
  if (cut || findings.cut)
    context.note('warning: the repository is large; not all of it was looked at', 'important');
  const forge = {
    has: { github: isThere(top, '.github'), gitlab: isThere(top, '.gitlab-ci.yml') },
    ...(host !== undefined && { host }),
  };
  const answers = await answersTo(context, findings, forge, flags);
  const schema = 'node_modules/releaf/releaf.schema.json';
  const parts: ConfigParts = {
    answers,
    findings,
    within,
    places: placesOf(answers.server.value),
    recipients: [],
    ...(isThere(root, schema) && { schema: `./${schema}` }),
  };
  const { config, spec } = read(target, parts);
  const folder = { root, configFile: target.configFile, config };
  const best: ConfigParts = {
    ...parts,
    places: usablePlaces(root, spec, parts.places),
    recipients:
      answers.sealing.value === 'sops' && !recipientsAreSaid(folder, spec)
        ? (findings.sops?.recipients ?? [])
        : [],
  };
  return {
    answers,
    findings,
    config: read(target, best).config,
    text: configText(best),
    files,
    top,
    within,
  };
}

/** What is going to be written is held against every rule first. */
function read(
  { configFile }: Target,
  parts: ConfigParts,
): { readonly config: Config; readonly spec: CertificateSpec } {
  const reading = readYamlValue(configText(parts));
  if ('problem' in reading) throw new Error(`the text of the config ${reading.problem.message}`);
  const config = parseConfig(reading.value, configFile);
  const [spec] = config.certificates;
  if (!spec) throw new Error('the text of the config has a certificate');
  return { config, spec };
}
