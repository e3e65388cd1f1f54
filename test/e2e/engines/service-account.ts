import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, kubectl, serversCa } from '../cluster';
import { FOLDER, type Program } from '../processes';

/** A program that calls the API server as this service account, which is there, with the files that its pod would have. */
export async function asServiceAccount(
  namespace: string,
  name: string,
  { command, args, env }: Program,
): Promise<Program> {
  const account = join(FOLDER, 'pki', `${namespace}-${name}`);
  mkdirSync(account, { recursive: true });
  const token = await kubectl(['create', 'token', name, '-n', namespace, '--duration', '8h']);
  for (const [file, text] of Object.entries({
    token,
    'ca.crt': serversCa().certificate,
    namespace,
  })) {
    writeFileSync(join(account, file), text, { mode: 0o600 });
  }
  const { hostname, port } = new URL(apiServer());
  return {
    command: join(__dirname, '../as-pod'),
    args: [account, command, ...args],
    env: { ...env, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  };
}
