import { on, once, type EventEmitter } from 'node:events';
import { Refusal, type Api } from './api';
import { startContainer, type Exit, type RunningContainer } from './container';
import { pathOf, type Pod } from './pod';
import { ended, now, running } from './status';
import { readVolumes, type MountedSecret, type Volumes } from './volumes';

/** A pod that something happened to. */
export interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Who owns it, as `StatefulSet/kes`. */
  readonly owner?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What the node did to a pod. */
export type NodeEvent = { readonly pod: PodReference } & (
  | {
      readonly type: 'waiting';
      /** As `secret tls` or `item tls.key of secret tls`. */
      readonly missing: readonly string[];
    }
  | {
      readonly type: 'started';
      /** As they were mounted. */
      readonly secrets: readonly MountedSecret[];
    }
  | ({ readonly type: 'ended' } & Exit)
  | { readonly type: 'removed' }
);

/** What the pods of a node share. */
export interface Surroundings {
  readonly api: Api;
  /** Name of the node. */
  readonly node: string;
  /** Emits `change` when a Secret or a ConfigMap changed. */
  readonly changes: EventEmitter;
  readonly newAddress: () => string;
  readonly tell: (event: NodeEvent) => void;
  readonly log: (pod: Pod, piece: Buffer) => void;
}

/** Why a pod's {@link live} has to end: it is to be deleted or is deleted; or the node stops, which leaves it as it is. */
export type Ending = 'deleted' | 'stopped';

/**
 * Does with a pod what scheduler and kubelet do, until it is gone.
 *
 * @param ending - with an {@link Ending} as its reason
 */
export async function live(pod: Pod, ending: AbortSignal, around: Surroundings): Promise<void> {
  try {
    await bind(pod, around);
    const volumes = await volumesOf(pod, ending, around);
    if (volumes) await start(pod, volumes, ending, around);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  if (!ending.aborted) await once(ending, 'abort');
  if (ending.reason !== ('deleted' satisfies Ending)) return;
  try {
    const { uid } = pod.metadata;
    await around.api.call('DELETE', pathOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  around.tell({ type: 'removed', pod: referenceTo(pod) });
}

const bind = (pod: Pod, { api, node }: Surroundings): Promise<unknown> =>
  api.call('POST', `${pathOf(pod)}/binding`, {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: pod.metadata.name, uid: pod.metadata.uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });

/** What the pod's volumes hold, as soon as all is there; undefined when the pod ends before. */
async function volumesOf(
  pod: Pod,
  ending: AbortSignal,
  { api, changes, tell }: Surroundings,
): Promise<Volumes | undefined> {
  let told = '';
  while (!ending.aborted) {
    const change = once(changes, 'change', { signal: ending }).catch(() => undefined);
    const volumes = await readVolumes(api, pod);
    const { missing } = volumes;
    if (missing.length === 0) return volumes;
    if (told !== missing.join()) tell({ type: 'waiting', pod: referenceTo(pod), missing });
    told = missing.join();
    await change;
  }
  return undefined;
}

async function start(
  pod: Pod,
  volumes: Volumes,
  ending: AbortSignal,
  around: Surroundings,
): Promise<void> {
  const { api, newAddress, tell, log } = around;
  const report = (status: object): Promise<unknown> =>
    // With the uid, it is refused for another pod of this name.
    api.call('PATCH', `${pathOf(pod)}/status`, { metadata: { uid: pod.metadata.uid }, status });
  const startedAt = now();
  tell({ type: 'started', pod: referenceTo(pod), secrets: volumes.secrets });
  await report(running(pod, newAddress(), startedAt));
  const isScript = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job');
  if (!isScript) return;

  const take = (piece: Buffer): void => {
    log(pod, piece);
  };
  const container = startContainer(pod, volumes, take, ending);
  const over = new AbortController();
  const updating = keepCurrent(pod, container, over.signal, around);
  const exit = await container.exit;
  over.abort();
  await updating;
  if (ending.reason === ('stopped' satisfies Ending)) return;
  tell({ type: 'ended', pod: referenceTo(pod), ...exit });
  await report(ended(pod, exit, startedAt));
}

/** Brings what changed in the pod's Secrets and ConfigMaps into its volumes, until the signal. */
async function keepCurrent(
  pod: Pod,
  container: RunningContainer,
  over: AbortSignal,
  { api, changes }: Surroundings,
): Promise<void> {
  try {
    const every = on(changes, 'change', { signal: over });
    for (;;) {
      await every.next();
      const volumes = await readVolumes(api, pod);
      if (volumes.missing.length === 0) container.update(volumes);
    }
  } catch (error) {
    if (!over.aborted && !isGone(error)) throw error;
  }
}

/** Whether a call failed for the pod is not there any more, or is another one. */
const isGone = (error: unknown): boolean =>
  error instanceof Refusal && [404, 409].includes(error.status);

function referenceTo({ metadata }: Pod): PodReference {
  const { namespace, name, uid, annotations = {}, ownerReferences: [owner] = [] } = metadata;
  return {
    namespace,
    name,
    uid,
    ...(owner && { owner: `${owner.kind}/${owner.name}` }),
    annotations,
  };
}
