import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { apiServer, serversCa, userCertificate } from '../cluster';
import type { KubernetesObject } from './pod';

/** How long to wait until an API server that does not answer is asked again, in milliseconds. */
const PAUSE = 200;

/** What the API server refused. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The API server, to who may do anything. */
export interface Api {
  /**
   * Asks, again and again while the API server is away.
   *
   * @param body - object to send; a PATCH is a strategic merge
   * @throws Refusal for a status of 400 to 499
   */
  call<Answer = unknown>(method: string, path: string, body?: object): Promise<Answer>;
  /**
   * Follows objects until the signal, also across a crash of the API server.
   *
   * @param changed - an object is there, or, when `gone`, was deleted
   */
  follow(
    path: string,
    signal: AbortSignal,
    changed: (object: KubernetesObject, gone: boolean) => void,
  ): Promise<void>;
  close(): void;
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubernetesObject[];
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'ERROR';
  readonly object: KubernetesObject;
}

/** @param user - name, in a group that may do anything */
export function openApi(user: string): Api {
  const { certificate, privateKey } = userCertificate(user, ['system:masters']);
  const agent = new Agent({
    keepAlive: true,
    ca: serversCa().certificate,
    cert: certificate,
    key: privateKey,
  });

  const closed = new AbortController();

  const send = (
    method: string,
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((done, failed) => {
      const type = method === 'PATCH' ? 'strategic-merge-patch+json' : 'json';
      const text = body && JSON.stringify(body);
      const headers = text && {
        'content-type': `application/${type}`,
        // Node sends none by itself with a DELETE.
        'content-length': Buffer.byteLength(text),
      };
      request(new URL(path, apiServer()), {
        method,
        agent,
        ...(headers && { headers }),
        ...(signal && { signal }),
      })
        .on('response', done)
        .on('error', failed)
        .end(text);
    });

  const callOnce = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await send(method, path, body);
    let text = '';
    for await (const piece of response.setEncoding('utf8')) text += piece as string;
    const { statusCode = 0 } = response;
    if (statusCode >= 500) throw new Error(text);
    const answer = JSON.parse(text) as Answer & { message?: string };
    if (statusCode < 400) return answer;
    throw new Refusal(statusCode, `${method} ${path}: ${answer.message ?? statusCode}`);
  };

  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    for (;;) {
      try {
        return await callOnce(method, path, body);
      } catch (error) {
        if (error instanceof Refusal || closed.signal.aborted) throw error;
        await pause(PAUSE);
      }
    }
  };

  const follow: Api['follow'] = async (path, signal, changed) => {
    let known: readonly KubernetesObject[] = [];
    while (!signal.aborted) {
      try {
        const { metadata, items } = await call<List>('GET', path);
        const uids = new Set(items.map((object) => object.metadata.uid));
        // Those that are not there any more were deleted during a break.
        for (const object of known) if (!uids.has(object.metadata.uid)) changed(object, true);
        for (const object of items) changed(object, false);
        known = items;
        const query = `?watch=true&resourceVersion=${metadata.resourceVersion}`;
        const response = await send('GET', path + query, undefined, signal);
        let text = '';
        for await (const piece of response.setEncoding('utf8')) {
          const lines = `${text}${piece as string}`.split('\n');
          text = lines.pop() ?? '';
          for (const line of lines) {
            const { type, object } = JSON.parse(line) as WatchEvent;
            // The last of a watch: what follows is listed anew.
            if (type === 'ERROR') continue;
            if (type === 'ADDED') known = [...known, object];
            changed(object, type === 'DELETED');
          }
        }
      } catch {
        await pause(PAUSE, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  return {
    call,
    follow,
    close: () => {
      closed.abort();
      agent.destroy();
    },
  };
}
