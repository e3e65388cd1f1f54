import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { folderOf } from '../harness';
import { output, start, type Ended } from '../system/process';
import { expectAlive, kill, launch, logOf, signal, tool } from './processes';
import { until } from './until';

const NAME = 'kes-server';
const PORT = 7373;
const RELOADED = 'Reloading configuration after SIGHUP signal completed.';

/** A KES server, and clients that find it under the name that MinIO dials. */
export interface Kes {
  /** `host:port` that a client dials. */
  readonly endpoint: string;
  /** Puts the items of a Secret where the server reads them, as the kubelet does. */
  mountServer(data: Readonly<Record<string, string>>): void;
  /** Puts the items of a Secret where clients read them. */
  mountClient(data: Readonly<Record<string, string>>): void;
  start(): Promise<void>;
  /** Has the server read its files again, in the same process. */
  reload(): Promise<void>;
  stop(): Promise<void>;
  /** What the server has written so far. */
  log(): string;
  /** Starts the client anew: from now on it trusts what the server's Secret holds, as MinIO does. */
  restartClient(certificates: string): void;
  /** Runs the kes command as that client. */
  client(...args: readonly string[]): Promise<Ended>;
  /** What the kes command takes the identity of clients for. */
  identityOfClient(): Promise<string>;
}

/**
 * Makes the files of a KES server with keys in the filesystem.
 *
 * @param host - name that clients dial
 * @param policy - of its config
 */
export function kesServer(host: string, policy: object): Kes {
  const endpoint = `${host}:${PORT}`;
  const folder = folderOf({
    hosts: `127.0.0.1 localhost ${host}\n`,
    'server-config.yaml': stringify({
      version: 'v1',
      address: `127.0.0.1:${PORT}`,
      admin: { identity: '_' },
      tls: { key: 'server-private.key', cert: 'server-public.crt' },
      policy,
      keystore: { fs: { path: 'keys' } },
    }),
  });
  const mount = (prefix: string) => (data: Readonly<Record<string, string>>) => {
    for (const [item, text] of Object.entries(data)) {
      writeFileSync(join(folder, `${prefix}-${item}`), text, { mode: 0o600 });
    }
  };
  const log = (): string => readFileSync(logOf(NAME), 'utf8');
  const listens = (): Promise<boolean> =>
    new Promise((done) => {
      const socket = connect(PORT, '127.0.0.1', () => {
        socket.destroy();
        done(true);
      }).on('error', () => {
        done(false);
      });
    });
  let isStarted = false;
  return {
    endpoint,
    mountServer: mount('server'),
    mountClient: mount('client'),
    log,
    async start() {
      const inFolder = 'cd "$1" && exec "$2" server --config server-config.yaml';
      launch(NAME, { command: 'bash', args: ['-c', inFolder, NAME, folder, tool('kes')] });
      isStarted = true;
      await until('KES listens', () => {
        expectAlive(NAME);
        return listens();
      });
    },
    async reload() {
      const before = log().split(RELOADED).length;
      signal(NAME, 'SIGHUP');
      await until('KES has reloaded', () => log().split(RELOADED).length > before);
    },
    stop: async () => {
      if (isStarted) await kill(NAME);
    },
    restartClient(certificates) {
      writeFileSync(join(folder, 'trusted.crt'), certificates);
    },
    client(...args) {
      const atHost = 'mount --bind hosts /etc/hosts && exec "$@"';
      const command = ['bash', '-c', atHost, 'client', tool('kes'), ...args];
      return start('unshare', ['--mount', ...command], {
        cwd: folder,
        env: {
          SSL_CERT_FILE: 'trusted.crt',
          KES_SERVER: `https://${endpoint}`,
          KES_CLIENT_KEY: 'client-tls.key',
          KES_CLIENT_CERT: 'client-tls.crt',
        },
      });
    },
    identityOfClient: () => output(tool('kes'), ['identity', 'of', join(folder, 'client-tls.crt')]),
  };
}
