import type { Exit } from './container';
import type { Pod } from './pod';

type State = Readonly<Record<string, object>>;

/** The status of a pod whose containers run. */
export function running(pod: Pod, ip: string, startedAt: string): object {
  return {
    ...statusOf(pod, 'Running', true, { running: { startedAt } }),
    podIP: ip,
    podIPs: [{ ip }],
    startTime: startedAt,
  };
}

/** The status of a pod whose container has ended. */
export function ended(pod: Pod, { exitCode, message }: Exit, startedAt: string): object {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const terminated = { exitCode, reason, message, startedAt, finishedAt: now() };
  return statusOf(pod, exitCode === 0 ? 'Succeeded' : 'Failed', false, { terminated });
}

/** The time as the API server writes it. */
export const now = (): string => new Date().toISOString().replace(/\.\d+/, '');

function statusOf(pod: Pod, phase: string, ready: boolean, state: State): object {
  const lastTransitionTime = now();
  const condition = (type: string, status: boolean): object => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime,
  });
  return {
    phase,
    conditions: [
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: image,
      ready,
      started: ready,
      restartCount: 0,
      state,
    })),
  };
}
