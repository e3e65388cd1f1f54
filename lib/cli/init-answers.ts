import { isDeepStrictEqual } from 'node:util';
import {
  inWords,
  serverNamed,
  serversToChoose,
  type Answers,
  type Reasoned,
  type ReasonedAnswers,
  type Server,
} from '../config/init/answers';
import { FORGES, SEALINGS } from '../config/init/choices';
import {
  defaultCi,
  defaultDelivery,
  defaultSealing,
  defaultServer,
  defaultSigner,
  EKS_APP_SERVING,
  KUBELET_SERVING,
  type Forge,
} from '../config/init/defaults';
import type { Findings } from '../config/init/findings';
import { SIGNER } from '../config/kubernetes-names';
import { ReleafError } from '../model/errors';
import { ENGINES } from '../model/delivery-spec';
import { visible } from '../model/visible';
import type { Ask, Choice } from './ask';
import { typed } from './typed';
import type { Context } from './context';

/** What of the answers the command line says; the rest is asked, or taken from what was found. */
export interface AnswerFlags {
  readonly profile?: Server['profile'];
  /** `NAME`, or `NAMESPACE/NAME`. */
  readonly name?: string;
  readonly delivery?: Answers['delivery'];
  readonly sealing?: Answers['sealing'];
  readonly signer?: string;
  readonly ci?: Answers['ci'];
  /** Ask nothing. */
  readonly yes: boolean;
}

const ASKED = 'your answer';

/**
 * The five answers: from the flags, else from a person, else, with `--yes`, what was found.
 *
 * @throws ReleafError ANSWER_MISSING when something is open and nobody can be asked; INTERRUPTED
 */
export async function answersTo(
  context: Context,
  findings: Findings,
  forge: Forge,
  flags: AnswerFlags,
): Promise<ReasonedAnswers> {
  const ask = flags.yes ? undefined : context.ask;
  if (!ask && !flags.yes) assertNothingOpen(context, flags);
  const server = await answer(
    given(findings, flags),
    defaultServer(findings),
    ask,
    chooseServer(findings),
  );
  const delivery = await answer(
    flag('--delivery', flags.delivery),
    defaultDelivery(findings),
    ask,
    choose('Who applies the manifests?', ENGINES),
  );
  const sealing = await answer(
    flag('--sealing', flags.sealing),
    defaultSealing(findings),
    ask,
    choose('How are private keys sealed?', SEALINGS),
  );
  const signer = await answer(
    flag('--signer', flags.signer),
    defaultSigner(findings),
    ask,
    choose('Who signs?', signers(findings), SIGNS),
  );
  const ci = await answer(
    flag('--ci', flags.ci),
    defaultCi(forge),
    ask,
    choose('Where shall CI open pull requests?', FORGES, { none: 'nowhere; by hand' }),
  );
  return { server, delivery, sealing, signer, ci };
}

const flag = <Value>(name: string, value: Value | undefined): Reasoned<Value> | undefined =>
  value === undefined ? undefined : { value, why: name };

function given(findings: Findings, { profile, name }: AnswerFlags): Reasoned<Server> | undefined {
  if (profile === undefined && name === undefined) return undefined;
  const value = serverNamed(serversToChoose(findings), profile, name);
  const flags =
    name === undefined ? '--profile' : profile === undefined ? '--name' : '--profile, --name';
  return { value, why: value.found ? `${flags}, found ${value.found.file}` : flags };
}

type Question<Value> = (ask: Ask, initial: Reasoned<Value>) => Promise<Value>;

async function answer<Value>(
  said: Reasoned<Value> | undefined,
  initial: Reasoned<Value>,
  ask: Ask | undefined,
  question: Question<Value>,
): Promise<Reasoned<Value>> {
  if (said) return said;
  if (!ask) return initial;
  const value = await question(ask, initial);
  return isDeepStrictEqual(value, initial.value) ? initial : { value, why: ASKED };
}

/** Why the initial one is proposed stands behind it. */
const choose =
  <Value extends string>(
    question: string,
    values: readonly Value[],
    hints: Readonly<Record<string, string>> = {},
  ): Question<Value> =>
  (ask, { value: initial, why }) =>
    ask.choose(
      question,
      values.map((value): Choice<Value> => {
        const hint = value === initial ? why : hints[value];
        return { value, ...(hint !== undefined && { hint: visible(hint) }) };
      }),
      initial,
    );

const SIGNS: Readonly<Record<string, string>> = {
  [KUBELET_SERVING]: 'any cluster but Amazon EKS',
  [EKS_APP_SERVING]: 'Amazon EKS',
  local: 'a CA of your own, with releaf sign',
};

const signers = ({ clusterIssuer }: Findings): readonly string[] => {
  const issuer = `clusterissuers.cert-manager.io/${clusterIssuer?.name ?? ''}`;
  return [
    KUBELET_SERVING,
    EKS_APP_SERVING,
    ...(SIGNER.broken(issuer) === undefined ? [issuer] : []),
    'local',
  ];
};

/** More could not be told apart at a glance; the flags name any. */
const MOST_SERVERS = 12;

function chooseServer(findings: Findings): Question<Server> {
  const all = serversToChoose(findings);
  const byWords = new Map(
    [
      ...all.filter((one) => one.found).slice(0, MOST_SERVERS),
      ...all.filter((one) => !one.found),
    ].map((one) => [one.found ? inWords(one) : UNFOUND[one.profile], one]),
  );
  const choices = [...byWords].map(([value, one]) => ({
    value,
    hint: visible(one.found?.file ?? `${inWords(one)}, to be edited`),
  }));
  return async (ask, { value: initial }) => {
    const words = [...byWords].find(([, one]) => isDeepStrictEqual(one, initial))?.[0] ?? '';
    return byWords.get(await ask.choose('What serves TLS?', choices, words)) ?? initial;
  };
}

const UNFOUND = { generic: 'another server', 'minio-kes': 'another KES of a MinIO Tenant' };

function assertNothingOpen(
  context: Context,
  { profile, name, delivery, sealing, signer, ci }: AnswerFlags,
): void {
  const open = [
    ...(profile === undefined && name === undefined ? ['--profile'] : []),
    ...Object.entries({ delivery, sealing, signer, ci })
      .filter(([, value]) => value === undefined)
      .map(([key]) => `--${key}`),
  ];
  if (open.length === 0) return;
  throw new ReleafError(
    'ANSWER_MISSING',
    `there is no terminal to ask at, and nothing says ${open.join(', ')}`,
    `give ${open.length === 1 ? 'it' : 'them'}, or take what was found: ${typed(context, 'init --yes')}`,
  );
}
