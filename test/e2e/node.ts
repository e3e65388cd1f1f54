import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { openApi } from './node/api';
import { live, type Ending, type NodeEvent } from './node/life';
import type { Pod } from './node/pod';
import { register } from './node/registration';

export type { NodeEvent, PodReference } from './node/life';
export { digestOf, type MountedSecret } from './node/volumes';

/** A stand-in for scheduler and kubelet. */
export interface TestNode {
  readonly name: string;
  /** What it did so far, in order. */
  readonly events: readonly NodeEvent[];
  /** What the process of a Job's pod has written so far, on both streams. */
  log(pod: { readonly uid: string }): string;
  /** Kills the processes, takes the node away, and throws what it could not do in the meantime. */
  stop(): Promise<void>;
}

/**
 * Starts a node for the pods of these namespaces. A Job's pod runs the command of its first container as
 * a process, once, with the programs of this machine whatever its image is. Any other pod runs nothing,
 * and is ready as soon as the Secrets and ConfigMaps of its volumes are there.
 */
export async function startNode({
  namespaces,
}: {
  readonly namespaces: readonly string[];
}): Promise<TestNode> {
  const name = `node-${randomBytes(4).toString('hex')}`;
  const api = openApi(name);
  const registration = await register(api, name);
  const events: NodeEvent[] = [];
  const logs = new Map<string, Buffer[]>();
  const problems: unknown[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const lives = new Map<
    string,
    { readonly ending: AbortController; readonly over: Promise<void> }
  >();
  const stopping = new AbortController();
  let addresses = 0;

  const around = {
    api,
    node: name,
    changes,
    // RFC 2544: nobody's.
    newAddress: () => `198.18.${addresses >> 8}.${addresses++ & 255}`,
    tell: (event: NodeEvent) => events.push(event),
    log: ({ metadata: { uid } }: Pod, piece: Buffer) => {
      logs.set(uid, [...(logs.get(uid) ?? []), piece]);
    },
  };
  const end = (uid: string, why: Ending): void => lives.get(uid)?.ending.abort(why);
  const seen = (pod: Pod): void => {
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) end(uid, 'deleted');
    else if (!lives.has(uid) && pod.spec.nodeName === undefined) {
      const ending = new AbortController();
      const over = live(pod, ending.signal, around).catch((error: unknown) => {
        if (!stopping.signal.aborted) problems.push(error);
      });
      lives.set(uid, { ending, over });
    }
  };
  const changed = (): unknown => changes.emit('change');

  const following = namespaces.flatMap((namespace) => {
    const path = (plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;
    return [
      api.follow(path('pods'), stopping.signal, (pod, gone) => {
        if (gone) end(pod.metadata.uid, 'deleted');
        else seen(pod as Pod);
      }),
      ...['secrets', 'configmaps'].map((plural) =>
        api.follow(path(plural), stopping.signal, changed),
      ),
    ];
  });

  return {
    name,
    events,
    log: ({ uid }) => Buffer.concat(logs.get(uid) ?? []).toString(),
    stop: async () => {
      stopping.abort();
      for (const uid of lives.keys()) end(uid, 'stopped');
      await Promise.all([...following, ...[...lives.values()].map(({ over }) => over)]);
      await registration.end();
      api.close();
      if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('\n'));
    },
  };
}
