import { spawn } from 'node:child_process';
import { mkdirSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { apiServer } from '../cluster';
import { FOLDER, tool } from '../processes';
import { userOf, type Pod } from './pod';
import type { Volumes } from './volumes';

const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;
const MESSAGE_BYTES = 4096;

/** How a container ended. */
export interface Exit {
  /** 128 and the signal's number when one ended it. */
  readonly exitCode: number;
  /** Termination message. */
  readonly message: string;
}

/** A container that runs. */
export interface RunningContainer {
  readonly exit: Promise<Exit>;
  /** Replaces the files of its volumes, as the kubelet does when a Secret or a ConfigMap has changed. */
  update(volumes: Volumes): void;
}

/**
 * Runs the first container of a pod as a process of its user, in a root of its own.
 *
 * @param log - takes what it writes, on both streams
 * @param ending - kills it, with all that it has started
 */
export function startContainer(
  pod: Pod,
  volumes: Volumes,
  log: (piece: Buffer) => void,
  ending: AbortSignal,
): RunningContainer {
  const [container] = pod.spec.containers;
  const env = environmentOf(pod);
  const { uid, gid } = userOf(pod);
  const program = [...(container.command ?? []), ...(container.args ?? [])];
  const messageFile = newMessageFile(pod);
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child', join(__dirname, 'run-container')],
      ...[tool('kubectl'), messageFile, `${uid}`, `${gid}`],
      container.securityContext?.readOnlyRootFilesystem ? 'ro' : 'rw',
      ...program.map((text) => expand(text, env)),
    ],
    { env },
  );
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  ending.addEventListener('abort', kill);
  if (ending.aborted) kill();

  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      log(piece);
    });
  }
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${volumeLines(volumes)}${fileLines(volumes)}${mountLines(pod)}start\n`);

  const exit = new Promise<Exit>((done, failed) => {
    child.on('error', failed);
    child.on('close', (status, signal) => {
      ending.removeEventListener('abort', kill);
      const exitCode = status ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      const message = readFileSync(messageFile).subarray(0, MESSAGE_BYTES).toString();
      rmSync(messageFile);
      const fallback =
        message === '' &&
        exitCode !== 0 &&
        container.terminationMessagePolicy === 'FallbackToLogsOnError';
      done({ exitCode, message: fallback ? endOf(Buffer.concat(pieces)) : message });
    });
  });
  return {
    exit,
    update: (current) => {
      child.stdin.write(fileLines(current));
    },
  };
}

/** A file that takes the termination message, from any user. */
function newMessageFile({ metadata: { uid } }: Pod): string {
  const folder = join(FOLDER, 'containers');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, uid);
  writeFileSync(file, '');
  chmodSync(file, 0o666);
  return file;
}

function environmentOf(pod: Pod): Readonly<Record<string, string>> {
  const { hostname, port } = new URL(apiServer());
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/',
    HOSTNAME: pod.metadata.name,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  };
  for (const { name, value = '' } of pod.spec.containers[0].env ?? []) {
    env[name] = expand(value, env);
  }
  return env;
}

/**
 * Replaces `$(NAME)` of variables that there are, and `$$` by `$`.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/third_party/forked/golang/expansion/expand.go
 */
const expand = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (all, name?: string) =>
    name === undefined ? '$' : (env[name] ?? all),
  );

const line = (...fields: readonly (string | number)[]): string => `${fields.join('\t')}\n`;

const volumeLines = ({ files }: Volumes): string =>
  [...files.keys()].map((volume) => line('volume', volume)).join('');

const fileLines = ({ files }: Volumes): string =>
  [...files]
    .flatMap(([volume, contents]) =>
      contents.map(({ path, mode, uid, gid, content }) =>
        line('file', `${volume}/${path}`, mode.toString(8), uid, gid, content.toString('base64')),
      ),
    )
    .join('');

function mountLines({ spec }: Pod): string {
  const empty = new Set(
    (spec.volumes ?? []).filter(({ emptyDir }) => emptyDir).map(({ name }) => name),
  );
  return (spec.containers[0].volumeMounts ?? [])
    .map(({ name, mountPath, subPath, readOnly }) => {
      const source = subPath === undefined ? name : `${name}/${subPath}`;
      return line('mount', source, mountPath, empty.has(name) && !readOnly ? 'rw' : 'ro');
    })
    .join('');
}

/** https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/container/runtime.go (MaxContainerTerminationMessageLogLines) */
function endOf(log: Buffer): string {
  const lines = log.toString().split(/(?<=\n)/);
  return Buffer.from(lines.slice(-FALLBACK_LINES).join('')).subarray(-FALLBACK_BYTES).toString();
}
