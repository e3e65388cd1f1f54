import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { env } from 'node:process';
import { z } from 'zod';
import { readYamlValue } from '../yaml/read-yaml';
import { fileProblem, invalid, type LoadError } from './config-problem';

/** Something that a kubeconfig has a name for. */
export interface Entry {
  /** Nothing in it is vouched for. */
  readonly value: unknown;
  /** Absolute folder of the file that it stands in, which its relative paths are of. */
  readonly folder: string;
}

/** What stands in one kubeconfig or several, by name. */
export interface Entries {
  /** Empty when none of them says. */
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

/** @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const LOOK_AT = 'look at --kubeconfig, or at KUBECONFIG';

const LIST = z.array(z.looseObject({ name: z.string().min(1) })).nullish();

const FILE = z.object({
  'current-context': z.string().nullish(),
  contexts: LIST,
  clusters: LIST,
  users: LIST,
});

/** Whether this is a pod, whose service account stands in for a kubeconfig. */
export const isPod = (): boolean =>
  env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(SERVICE_ACCOUNT_TOKEN);

/**
 * Reads the kubeconfig where kubectl does: the given file, else those of `KUBECONFIG` that exist, else
 * `~/.kube/config`. Of several files the first one that has a name, or a current-context, counts.
 *
 * @returns undefined when there is no file to read
 * @throws ReleafError CLUSTER_CONFIG, with paths, names and line numbers, but no other text of a file
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function readEntries(given: string | undefined): Entries | undefined {
  if (given !== undefined) {
    const text = textOf(given);
    if (text === undefined) throw invalid(`${given} does not exist`, LOOK_AT);
    return read(given, text);
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const usual = join(homedir(), '.kube', 'config');
  // A relative home would be a folder that somebody else may have written.
  const files = listed.length === 0 && isAbsolute(usual) ? [usual] : listed;
  const there = files.flatMap((file) => {
    const text = textOf(file);
    return text === undefined ? [] : [read(file, text)];
  });
  if (there.length > 0) return merged(there);
  if (listed.length === 0) return undefined;
  throw invalid(
    listed.length === 1
      ? `${listed.join()} does not exist`
      : `none of the files of KUBECONFIG exists: ${listed.join(', ')}`,
    LOOK_AT,
  );
}

function merged(files: readonly Entries[]): Entries {
  // The last one that is put into a map stays.
  const backwards = [...files].reverse();
  const all = (kind: 'contexts' | 'clusters' | 'users') =>
    new Map(backwards.flatMap((file) => [...file[kind]]));
  return {
    currentContext: files.find((file) => file.currentContext !== '')?.currentContext ?? '',
    contexts: all('contexts'),
    clusters: all('clusters'),
    users: all('users'),
  };
}

function read(file: string, text: string): Entries {
  const reading = readYamlValue(text);
  if ('problem' in reading) {
    const { at, message } = reading.problem;
    throw invalid(`${file} is not YAML: ${at ? `line ${at.line}: ` : ''}${message}`);
  }
  const { data, error } = FILE.safeParse(reading.value);
  // A text or a number is YAML too.
  const path = error?.issues[0]?.path.join('.');
  if (path) throw invalid(`${file}: ${path} is missing, or not what it should be`);
  if (!data || (!data.contexts && !data.clusters)) {
    throw invalid(
      `${file} holds no clusters and contexts that can be read`,
      'kubectl config view shows how they look',
    );
  }
  const folder = dirname(resolve(file));
  const byName = (kind: string, list: z.infer<typeof LIST>) => {
    const entries = new Map<string, Entry>();
    for (const { name, ...one } of list ?? []) {
      if (entries.has(name)) throw invalid(`${file}: ${kind} ${name} is there twice`);
      entries.set(name, { value: one[kind], folder });
    }
    return entries;
  };
  return {
    currentContext: data['current-context'] ?? '',
    contexts: byName('context', data.contexts),
    clusters: byName('cluster', data.clusters),
    users: byName('user', data.users),
  };
}

/** Undefined only when there is no such file: one that may not be read is not passed over. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const known = error as LoadError;
    if (known.code === 'ENOENT') return undefined;
    const problem = fileProblem({ ...known, path: file }, file);
    throw invalid(problem ?? `${file} cannot be read`, LOOK_AT);
  }
}
