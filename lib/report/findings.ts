import type { Finding, FindingLevel } from '../model/finding';
import { visible } from '../model/visible';

/** What `releaf doctor` found, and in which cluster. */
export interface Diagnosis {
  /** Name of the kubeconfig context. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  readonly findings: readonly Finding[];
}

/** How many of the findings are failures. */
export const failuresIn = ({ findings }: Pick<Diagnosis, 'findings'>): number =>
  findings.filter(({ level }) => level === 'failure').length;

/**
 * A diagnosis for people: a line for each finding, what to do next below it.
 *
 * @param paint - colours a level; the identity where colour is not wanted
 */
export function diagnosisText(
  diagnosis: Diagnosis,
  paint: (level: FindingLevel, text: string) => string,
): string {
  const { context, server, findings } = diagnosis;
  const about = ({ check, certificate }: Finding): string =>
    certificate === undefined ? check : `${check} ${certificate}`;
  const width = Math.max(0, ...findings.map((finding) => about(finding).length));
  const lines = findings.map(inLines).flatMap((finding) => {
    const { level, message, next = [] } = finding;
    const word = paint(level, level.padEnd(LEVEL_WIDTH));
    const line = `${word}  ${about(finding).padEnd(width)}  ${message}`;
    return [line, ...next.map((one) => `${NEXT}${one}`)];
  });
  const count = (level: FindingLevel, one: string, many = one): string => {
    const number = findings.filter((finding) => finding.level === level).length;
    return `${number} ${number === 1 ? one : many}`;
  };
  const sum = [
    count('failure', 'failure', 'failures'),
    count('warning', 'warning', 'warnings'),
    count('ok', 'ok'),
  ].join(', ');
  return [`context ${visible(context)}, ${visible(server)}`, '', ...lines, '', sum].join('\n');
}

const LEVEL_WIDTH = 'failure'.length;
const NEXT = ' '.repeat(LEVEL_WIDTH + 2);

/** A diagnosis for machines. */
export function diagnosisJson(diagnosis: Diagnosis): string {
  const { context, server, findings } = diagnosis;
  const told = findings.map(inLines).map(({ next, ...finding }) => ({
    ...finding,
    ...(next && { next: next.join('\n') }),
  }));
  return JSON.stringify(
    { context, server, findings: told, failures: failuresIn(diagnosis) },
    undefined,
    2,
  );
}

/** Whatever slipped into a finding: it adds no line to what a person pastes, and hides none. */
const inLines = ({ message, next, ...finding }: Finding): Finding => ({
  ...finding,
  message: visible(message),
  ...(next && { next: next.map(visible) }),
});
