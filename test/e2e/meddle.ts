import { randomBytes } from 'node:crypto';
import { createServer, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { apiServer, serversCa, userCertificate } from './cluster';
import { writeKubeconfig } from './kubeconfig';
import { issue, type Pair } from './pki';
import { FOLDER } from './processes';

/** A request to the API server on its way through. */
export interface Passing {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
}

/** An answer of `cut` closes the connection instead of going on. */
type Hook = (passing: Passing) => Promise<unknown>;

/** What happens between releaf and the API server. */
export interface Meddling {
  /** The request has come and is not forwarded yet. */
  readonly before?: Hook;
  /** The API server has answered, and the caller does not know it yet. */
  readonly after?: Hook;
}

export interface Meddler {
  /** File, for the user that the meddler forwards as. */
  readonly kubeconfig: string;
  /** What came so far, as `PUT /apis/…`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/**
 * Puts a server between a command and the API server. It forwards every request with the user's own
 * credentials, and does what the test wants before and after.
 *
 * @param user - client certificate that requests are forwarded with. `@default` - the administrator's
 */
export async function meddle(
  { before, after }: Meddling,
  user: Pair = userCertificate('admin', ['system:masters']),
): Promise<Meddler> {
  const servers = serversCa();
  const own = issue(servers, 'server auth', { ipAddresses: ['127.0.0.1'] });
  const seen: string[] = [];
  const server = createServer(
    { cert: own.certificate, key: own.privateKey },
    (incoming, answer) => {
      void (async () => {
        const sent = await read(incoming);
        const passing = {
          method: incoming.method ?? '',
          path: incoming.url ?? '',
          body: sent.toString(),
        };
        seen.push(`${passing.method} ${passing.path}`);
        if ((await before?.(passing)) === 'cut') throw new Error('cut');
        const response = await forward(passing, sent, incoming.headers);
        const body = await read(response);
        if ((await after?.(passing)) === 'cut') throw new Error('cut');
        answer.writeHead(response.statusCode ?? 0, response.headers).end(body);
        // Whatever goes wrong here is, to the caller, a connection that breaks.
      })().catch(() => incoming.socket.destroy());
    },
  );

  const forward = (
    { method, path }: Passing,
    // The bytes themselves: kubectl sends protobuf.
    body: Buffer,
    headers: IncomingMessage['headers'],
  ): Promise<IncomingMessage> =>
    new Promise((done, failed) => {
      httpsRequest(
        new URL(path, apiServer()),
        {
          method,
          headers,
          agent: false,
          ca: servers.certificate,
          cert: user.certificate,
          key: user.privateKey,
        },
        done,
      )
        .on('error', failed)
        .end(body);
    });

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    kubeconfig: writeKubeconfig(join(FOLDER, 'pki', `meddler-${randomBytes(4).toString('hex')}`), {
      server: `https://127.0.0.1:${port}`,
      ca: servers.certificate,
      user,
    }),
    seen,
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
