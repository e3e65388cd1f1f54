import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { jsonPath } from './json-path';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface LiveRequest {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: { readonly conditions?: readonly Condition[]; readonly certificate?: string };
}

/** What the script asks of the API server. */
export type Call =
  'get configmap' | 'patch configmap' | 'get request' | 'create request' | 'approve';

/** What the API server has, and what happens. */
export interface State {
  readonly request?: LiveRequest;
  readonly configMap?: { readonly data?: Readonly<Record<string, string>> } | undefined;
  /** What an approved request gets. */
  readonly signs?: { readonly certificate?: string; readonly failed?: Condition };
  /** Calls that the API server refuses. */
  readonly refuses?: Readonly<Partial<Record<Call, readonly [reason: string, text: string]>>>;
  /** Somebody puts it in the place of the request, once that was looked at, or deletes that. */
  readonly swap?: LiveRequest | 'nothing';
  /** The call of kubectl that asks no API server and fails. */
  readonly breaks?: number;
  /** The call in which all processes are killed, before or after the API server has done it. */
  readonly cutAt?: { readonly call: number; readonly when: 'before' | 'after' };
}

/** kubectl and the API server behind it, as the script of a Job sees them. */
export interface StandIn {
  /** For the environment of the script. */
  readonly env: Readonly<Record<string, string>>;
  /** What the API server has now. */
  readonly state: () => State;
  /** What was asked, and what was sent for approval. */
  readonly calls: readonly (readonly [call: Call, sent?: LiveRequest])[];
  readonly close: () => void;
}

/** The program of that name for the path. */
export const KUBECTL = join(__dirname, 'kubectl-stand-in.sh');

let logged = 0;

class Refusal extends Error {}
/** Nobody is there to take the answer. */
class Cut extends Error {}

/** As kubectl puts it, behind what client-go logs. */
const refuse = (reason: string, text: string): never => {
  const said =
    reason === 'Invalid'
      ? `The CertificateSigningRequest "it" is invalid: ${text}`
      : `Error from server (${reason}): ${text}`;
  throw new Refusal(
    `E1122 12:25:40.${logged++}       1 memcache.go:265] "Unhandled Error"\n${said}\n`,
  );
};

/**
 * Plays kubectl and the API server in this process: a program for each call would take longer to start than
 * all else takes.
 *
 * @param folder - for the pipes between them
 * @param kill - ends the script and all that it has started
 */
export function standIn(folder: string, state: State, kill: () => void): StandIn {
  const file = (name: string): string => join(folder, name);
  execFileSync('mkfifo', [file('call'), file('answer')]);
  // Open on both ends, so that no open waits for the other.
  const answer = openSync(file('answer'), constants.O_RDWR);
  const incoming = new Socket({
    fd: openSync(file('call'), constants.O_RDWR | constants.O_NONBLOCK),
    writable: false,
  });
  const calls: (readonly [Call, LiveRequest?])[] = [];
  let now = state;
  let offline = 0;

  /** What it prints. */
  const play = (args: readonly string[], at: string): string => {
    const option = (name: string): string => {
      const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
      const [, value = args[index + 1] ?? ''] = /=(.*)$/s.exec(args[index] ?? '') ?? [];
      return value;
    };
    const read = (name: string): string => readFileSync(join(at, option(name)), 'utf8');
    const print = (object: object): string =>
      option('-o') === 'json'
        ? JSON.stringify(object)
        : jsonPath(option('-o').replace(/^jsonpath=/, ''), object);

    if (args.includes('--dry-run=client') || args.includes('--local')) {
      if (++offline === now.breaks) throw new Refusal('error: broken\n');
    }
    if (args.includes('--dry-run=client')) {
      return print({ data: { [option('--from-file')]: read('--from-file') } });
    }
    if (args.includes('--local')) {
      const source = option('-f');
      const object = JSON.parse(
        readFileSync(source.startsWith('/') ? source : join(at, source), 'utf8'),
      ) as LiveRequest;
      return print(patched(object, JSON.parse(option('-p')) as object));
    }
    const call = callOf(args);
    calls.push(call === 'approve' ? [call, JSON.parse(read('-f')) as LiveRequest] : [call]);
    const cut = (when: 'before' | 'after'): void => {
      if (now.cutAt?.call !== calls.length || now.cutAt.when !== when) return;
      kill();
      throw new Cut();
    };
    // What managers named kubectl* wrote Flux takes out.
    if (call === 'patch configmap' && option('--field-manager') !== 'releaf') {
      throw new Refusal('error: written as another than releaf\n');
    }
    const refusal = now.refuses?.[call];
    if (refusal) refuse(...refusal);
    cut('before');
    const printed = api[call](read);
    cut('after');
    return printed;
  };

  const api: Readonly<Record<Call, (read: (option: string) => string) => string>> = {
    'get configmap': () =>
      now.configMap
        ? 'configmap/it-certificate\n'
        : refuse('NotFound', 'configmaps "it-certificate" not found'),
    'patch configmap': (read) => {
      now = { ...now, configMap: JSON.parse(read('--patch-file')) as object };
      return '';
    },
    'get request': () => {
      const { request, swap, ...rest } = now;
      if (!request) return refuse('NotFound', 'certificatesigningrequests "it" not found');
      if (swap) now = swap === 'nothing' ? rest : { ...rest, request: swap };
      return JSON.stringify(request);
    },
    'create request': (read) => {
      if (now.request) refuse('AlreadyExists', 'certificatesigningrequests "it" already exists');
      const created = JSON.parse(read('-f')) as LiveRequest;
      const metadata = { ...created.metadata, uid: 'created', resourceVersion: '1' };
      now = { ...now, request: { ...created, metadata, status: {} } };
      return '';
    },
    approve: (read) => {
      const approved = JSON.parse(read('-f')) as LiveRequest;
      const { uid, resourceVersion } = approved.metadata;
      if (!now.request) return refuse('NotFound', 'certificatesigningrequests "it" not found');
      const live = now.request.metadata;
      if (uid !== live.uid || resourceVersion !== live.resourceVersion) {
        refuse('Conflict', 'Operation cannot be fulfilled: the object has been modified');
      }
      const { certificate, failed } = now.signs ?? {};
      const conditions = [...(approved.status.conditions ?? []), ...(failed ? [failed] : [])];
      const status = { conditions, ...(certificate !== undefined && { certificate }) };
      now = { ...now, request: { ...approved, status } };
      return '';
    },
  };

  let lines = '';
  incoming.setEncoding('utf8').on('data', (piece: string) => {
    lines += piece;
    if (!lines.endsWith('\n.\n')) return;
    const [at = '', ...args] = lines.split('\n').slice(0, -2);
    lines = '';
    let [status, stdout, stderr] = [0, '', ''];
    try {
      stdout = play(args, at);
    } catch (error) {
      if (error instanceof Cut) return;
      [status, stderr] = [1, error instanceof Refusal ? error.message : String(error)];
    }
    writeFileSync(file('stdout'), stdout);
    writeFileSync(file('stderr'), stderr);
    writeSync(answer, `${status}\n`);
  });

  return {
    env: { KUBECTL: folder },
    state: () => now,
    calls,
    close: () => {
      incoming.destroy();
      closeSync(answer);
    },
  };
}

function callOf(args: readonly string[]): Call {
  const [verb = ''] = args.filter((arg) => !arg.startsWith('--'));
  const call = args.includes('--raw')
    ? { get: 'get request', create: 'create request', replace: 'approve' }[verb]
    : `${verb} configmap`;
  return call as Call;
}

/** Either `{}`, or the operations of a JSON patch (RFC 6902) that add to the conditions. */
function patched(object: LiveRequest, patch: object): LiveRequest {
  if (!Array.isArray(patch)) return object;
  const [{ path, value }] = patch as [{ path: string; value: unknown }];
  const conditions = path.endsWith('/-')
    ? [...(object.status.conditions ?? []), value as Condition]
    : (value as readonly Condition[]);
  return { ...object, status: { ...object.status, conditions } };
}
