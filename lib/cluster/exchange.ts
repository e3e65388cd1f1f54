import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { clearTimeout, setTimeout } from 'node:timers';
import { ReleafError } from '../model/errors';
import type { Headers } from './kubeconfig-entry';
import { tooSlow, unreachable } from './unreachable';

/** How to reach an API server, and as whom. */
export interface Connection {
  /** Name of the kubeconfig context. */
  readonly context: string;
  /** URL without a final slash. */
  readonly server: string;
  /** The server, the context and the proxy, for messages. */
  readonly target: string;
  /** Protocol, host, port, path and the agent, which knows the CA and the client certificate. */
  readonly options: RequestOptions;
  /** Those that say who asks. */
  readonly headers: Headers;
  /** What no message may hold. */
  readonly secrets: readonly string[];
  /** For connecting and answering together, in milliseconds. */
  readonly timeout: number;
}

/** What a server says, whatever it is. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Seconds of a `Retry-After` header. */
  readonly retryAfter?: number;
}

/**
 * Far above what one object can be (etcd takes 1.5 MiB), and small enough for memory. In bytes.
 *
 * @see https://etcd.io/docs/v3.6/dev-guide/limit/
 */
const LARGEST = 16 * 1024 * 1024;

/**
 * One request and its answer; redirects are answers like any other. A GET on a connection that the
 * server closed while it lay idle is asked again on a new one.
 *
 * @param path - with a leading slash
 * @param body - JSON
 * @throws ReleafError CLUSTER_UNREACHABLE; CLUSTER_REFUSED for an answer that is too large
 * @see https://nodejs.org/api/http.html#requestreusedsocket
 */
export function exchange(
  connection: Connection,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: string,
): Promise<Answer> {
  const { options, headers, target, timeout } = connection;
  const send = options.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((done, failed) => {
    const request = send({
      ...options,
      method,
      // Whole, so that nothing in it is resolved as a relative URL would be.
      path: `${(options.path ?? '').replace(/\/$/, '')}${path}`,
      headers: {
        ...headers,
        Accept: 'application/json, */*',
        'User-Agent': 'releaf',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
    });
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      settle();
    };
    // Not a signal: a request that has no socket yet, as behind a slow proxy, says nothing of it.
    const timer = setTimeout(() => {
      end(() => {
        failed(tooSlow(target, timeout));
      });
      request.destroy();
    }, timeout);
    const broken = (error: unknown): void => {
      end(() => {
        if (error instanceof ReleafError) failed(error);
        else if (request.reusedSocket && method === 'GET')
          done(exchange(connection, method, path, body));
        else failed(unreachable(target, error));
      });
    };
    request.on('error', broken);
    request.on('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy();
      broken(noApiServer(`${target}: answers ${statusCode}`));
    });
    request.on('response', (response) => {
      read(response, target).then((answer) => {
        end(() => {
          done(answer);
        });
      }, broken);
    });
    request.end(body);
  });
}

const noApiServer = (message: string): ReleafError =>
  new ReleafError('CLUSTER_REFUSED', message, 'is this a Kubernetes API server?');

async function read(response: IncomingMessage, target: string): Promise<Answer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > LARGEST) {
      throw noApiServer(`${target}: answers with more than ${LARGEST / 1024 / 1024} MiB`);
    }
  }
  const retryAfter = Number.parseInt(response.headers['retry-after'] ?? '', 10);
  return {
    status: response.statusCode ?? 0,
    text: Buffer.concat(pieces).toString(),
    ...(Number.isFinite(retryAfter) && { retryAfter }),
  };
}
