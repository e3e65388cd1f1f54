import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { formatDuration } from '../../config/duration';
import { attemptEach, type Attempts, type Failure } from './attempts';
import type { Context } from '../context';
import type { LiveRequest, RequestContext } from './live-request';
import { startBar } from '../progress';
import {
  isSigned,
  isUnsigned,
  type lookInRequest,
  type SeenRequest,
  type SignedRequest,
} from './signed-request';
import { unsigned } from './unsigned';

/** Milliseconds between two looks: at first, and once it takes long. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2000;

/** From when on a person wants to know what is waited for, in milliseconds. */
const PATIENCE = 2000;

/**
 * Looks at requests again and again until each has its certificate, or will not get one. Compares each
 * time: a request may be deleted and made anew meanwhile. An API server that is away for a while is
 * waited for as well.
 *
 * @param requests - as they were seen last
 * @param seconds - for how long, all together
 * @param look - how to look for a certificate
 * @returns those with a certificate; failures are REQUEST_UNSIGNED, or as `look` has them, the last look
 * where the API server was away
 */
export async function awaitCertificates(
  context: RequestContext,
  api: KubernetesApi,
  requests: readonly SeenRequest[],
  seconds: number,
  look: typeof lookInRequest,
): Promise<Attempts<SignedRequest>> {
  const { clock } = context;
  const start = clock.elapsed();
  const signed: SignedRequest[] = [];
  const failed: Failure[] = [];
  const stillOpen = (seen: readonly SeenRequest[]): readonly LiveRequest[] => {
    signed.push(...seen.filter(isSigned));
    return seen.filter(isUnsigned);
  };
  const progress = new WaitProgress(context, seconds);
  let open = stillOpen(requests);
  let away: readonly Failure[] = [];
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
      failed.push(...looked.failed.filter((one) => !isPassing(one)));
      away = looked.failed.filter(isPassing);
      const unseen = open.filter(({ spec }) => away.some(({ name }) => name === spec.name));
      open = [...stillOpen(looked.done), ...unseen];
    }
  } finally {
    progress.stop();
  }
  return {
    done: requests.flatMap(({ spec }) => signed.filter((one) => one.spec === spec)),
    failed: [
      ...failed,
      ...open.map(
        (one) => away.find(({ name }) => name === one.spec.name) ?? unsigned(context, one, seconds),
      ),
    ],
  };
}

/** What the API server, or the way to it, may have got over by the next look. */
const isPassing = ({ error }: Failure): boolean =>
  error.code === 'CLUSTER_UNREACHABLE' || error.code === 'CLUSTER_REFUSED';

/** A bar on a terminal, else one line, once it takes long. */
class WaitProgress {
  #stop: (() => void) | undefined;
  #update: ((seconds: number) => void) | undefined;

  constructor(
    private readonly context: Context,
    private readonly seconds: number,
  ) {}

  show(milliseconds: number, open: readonly LiveRequest[]): void {
    if (milliseconds < PATIENCE) return;
    if (!this.#update) this.#start(open);
    this.#update?.(Math.floor(milliseconds / 1000));
  }

  stop(): void {
    this.#stop?.();
  }

  #start(open: readonly LiveRequest[]): void {
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
    this.#update = (seconds) => bar?.update(seconds);
    this.#stop = () => bar?.stop();
  }
}
