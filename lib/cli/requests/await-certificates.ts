import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { formatDuration } from '../../config/duration';
import type { Waiting } from '../../rotation/waiting';
import { attemptEach, type Attempts, type Failure } from './attempts';
import type { Context } from '../context';
import { isByApprovingJob } from './by-job';
import type { LiveRequest, RequestContext } from './live-request';
import { startBar } from '../progress';
import type { lookInRequest, SeenRequest, SignedRequest } from './signed-request';
import { unsigned } from './unsigned';

/** Milliseconds between two looks: at first, and once it takes long. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2000;

/** From when on a person wants to know what is waited for, in milliseconds. */
const PATIENCE = 2000;

/** A request that could not be looked at, last time. */
export interface UnseenRequest extends Waiting {
  readonly failure: Failure;
}

/**
 * Looks at requests again and again until each has its certificate, or will not get one. Compares each
 * time: a request may be deleted and made anew meanwhile. An API server that is away for a while is
 * waited for as well, and so is a Job that has yet to create what it then approves.
 *
 * @param requests - as they were seen last
 * @param seconds - for how long, all together
 * @param look - how to look for a certificate
 * @returns those with a certificate; failures are REQUEST_UNSIGNED, or as `look` has them, the last look
 * where it was in vain
 */
export async function awaitCertificates(
  context: RequestContext,
  api: KubernetesApi,
  requests: readonly (SeenRequest | UnseenRequest)[],
  seconds: number,
  look: typeof lookInRequest,
): Promise<Attempts<SignedRequest>> {
  const { clock } = context;
  const start = clock.elapsed();
  const signed: SignedRequest[] = [];
  const failed: Failure[] = [];
  const stillOpen = (
    seen: readonly (SeenRequest | UnseenRequest)[],
  ): readonly (LiveRequest | UnseenRequest)[] =>
    seen.flatMap((one) => {
      if (!('certificate' in one)) return [one];
      signed.push(one);
      return [];
    });
  const progress = new WaitProgress(context, seconds);
  let open = stillOpen(requests);
  let pause = FIRST_PAUSE;
  try {
    while (open.length > 0) {
      const passed = clock.elapsed() - start;
      const left = seconds * 1000 - passed;
      if (left <= 0) break;
      progress.show(passed, open);
      await clock.sleep(Math.min(pause, left));
      pause = Math.min(pause * 1.5, LONGEST_PAUSE);
      const looked = await attemptEach({ ...context, interactive: false }, open, (one) =>
        look(context, api, one),
      );
      const unseen = open.flatMap(({ spec, pending, revisions }) => {
        const failure = looked.failed.find(({ name }) => name === spec.name);
        return failure ? [{ spec, pending, revisions, failure }] : [];
      });
      failed.push(...unseen.filter((one) => !isPassing(one)).map(({ failure }) => failure));
      open = [...stillOpen(looked.done), ...unseen.filter(isPassing)];
    }
  } finally {
    progress.stop();
  }
  return {
    done: requests.flatMap(({ spec }) => signed.filter((one) => one.spec === spec)),
    failed: [
      ...failed,
      ...open.map((one) => ('failure' in one ? one.failure : unsigned(context, one, seconds))),
    ],
  };
}

/** What the API server, or the way to it, may have got over by the next look, or a Job have done. */
const isPassing = (one: UnseenRequest): boolean =>
  ['CLUSTER_UNREACHABLE', 'CLUSTER_REFUSED'].includes(one.failure.error.code) || isYetToBeMade(one);

/** Whether the Job that creates and approves a request may do so by the next look. */
export const isYetToBeMade = (one: UnseenRequest): boolean =>
  one.failure.error.code === 'REQUEST_MISSING' && isByApprovingJob(one);

/** A bar on a terminal, else one line, once it takes long. */
class WaitProgress {
  #stop: (() => void) | undefined;
  #update: ((seconds: number) => void) | undefined;

  constructor(
    private readonly context: Context,
    private readonly seconds: number,
  ) {}

  show(milliseconds: number, open: readonly Waiting[]): void {
    if (milliseconds < PATIENCE) return;
    if (!this.#update) this.#start(open);
    this.#update?.(Math.floor(milliseconds / 1000));
  }

  stop(): void {
    this.#stop?.();
  }

  #start(open: readonly Waiting[]): void {
    const what = open
      .map(({ pending: { record } }) => `${record.objectName} (signer ${record.signer})`)
      .join(', ');
    const long = formatDuration(this.seconds);
    const bar = startBar(
      this.context,
      `waiting for ${open.length === 1 ? what : `${open.length} requests`} {bar} {value}s, at most ${long}`,
      this.seconds,
    );
    if (!bar) this.context.note(`waiting for ${what}, at most ${long}`);
    this.#update = (seconds) => bar?.show(seconds);
    this.#stop = () => bar?.stop();
  }
}
