import type { Cluster, KubeConfig, User } from '@kubernetes/client-node' with {
  'resolution-mode': 'import',
};
import { nearest } from '../config/did-you-mean';
import type { ReleafError } from '../model/errors';
import { fileProblem, invalid, type LoadError } from './config-problem';
import type { ClusterOptions } from './kubernetes-api';

/** What client-node calls its ways that stand in no file. */
const IN_CLUSTER = 'inClusterContext';
const MADE_UP = { context: 'loaded-context', server: 'http://localhost:8080' };

/** Who is to be asked, and as whom. */
export interface Chosen {
  /** Name of the context. */
  readonly context: string;
  readonly cluster: Cluster;
  readonly user: User;
  readonly url: URL;
}

/**
 * Reads the kubeconfig where kubectl does, and chooses a context.
 *
 * @param kubeConfig - an empty one, which becomes the one that was read
 * @throws ReleafError CLUSTER_CONFIG, with names, paths and line numbers, but no other text of it
 */
export function readKubeconfig(kubeConfig: KubeConfig, options: ClusterOptions): Chosen {
  load(kubeConfig, options);
  const context = choose(kubeConfig, options);
  const members = membersOf(kubeConfig, context);
  return { context, ...members, url: urlOf(members.cluster) };
}

function load(kubeConfig: KubeConfig, { kubeconfig }: ClusterOptions): void {
  try {
    if (kubeconfig !== undefined) kubeConfig.loadFromFile(kubeconfig);
    // Of several files the first one's current context counts, as for kubectl: by default here it is
    // the last one's, which may be another cluster.
    else kubeConfig.loadFromDefault(undefined, true);
  } catch (error) {
    throw unreadable(kubeconfig, error);
  }
  const { contexts, clusters } = kubeConfig;
  // A text or a number is YAML too.
  if (contexts.length === 0 && clusters.length === 0) throw unreadable(kubeconfig, undefined);
  if (kubeConfig.currentContext === MADE_UP.context && clusters[0]?.server === MADE_UP.server) {
    throw invalid(
      'there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config, and this is no pod with a service account',
      'give one with --kubeconfig FILE, or set KUBECONFIG',
    );
  }
  if (kubeconfig === undefined && kubeConfig.currentContext === IN_CLUSTER) {
    kubeConfig.contexts = contexts.map((one) => ({ ...one, name: 'in-cluster' }));
    kubeConfig.setCurrentContext('in-cluster');
  }
}

/** What client-node says of an entry, without a value of it. */
const HARMLESS =
  /^((clusters|users|contexts)\[\d+\]\.[\w.]+ is missing|Duplicate (cluster|user|context): .*)$/;

function unreadable(where = 'the kubeconfig', error: unknown): ReleafError {
  const known = (error ?? {}) as LoadError;
  const problem = fileProblem(known, where);
  if (problem !== undefined) {
    return invalid(problem, 'look at --kubeconfig, or at KUBECONFIG');
  }
  if (known.mark?.line !== undefined) {
    return invalid(`${where} is not YAML: line ${known.mark.line + 1}`);
  }
  return HARMLESS.test(known.message ?? '')
    ? invalid(
        `${where}: ${known.message ?? ''}`,
        known.message?.startsWith('Duplicate') === true
          ? 'of several files in KUBECONFIG; give one with --kubeconfig'
          : '',
      )
    : invalid(
        `${where} holds no clusters and contexts that can be read`,
        'kubectl config view shows how they look',
      );
}

/** So many contexts fit into a message. */
const LISTED = 20;

function choose(kubeConfig: KubeConfig, { context }: ClusterOptions): string {
  const names = kubeConfig.contexts.map(({ name }) => name);
  const some = names.slice(0, LISTED).join(', ') || 'none';
  const there = `there ${names.length === 1 ? 'is' : 'are'} ${some}${names.length > LISTED ? ', …' : ''}`;
  const chosen = context ?? kubeConfig.currentContext;
  if (!chosen) {
    throw invalid(`the kubeconfig has no current-context; ${there}`, 'choose one with --context');
  }
  if (!names.includes(chosen)) {
    const near = nearest(chosen, names);
    throw invalid(
      `there is no context ${chosen} in the kubeconfig; ${there}`,
      near === undefined ? 'choose one with --context' : `did you mean ${near}?`,
    );
  }
  kubeConfig.setCurrentContext(chosen);
  return chosen;
}

function membersOf(
  kubeConfig: KubeConfig,
  context: string,
): { readonly cluster: Cluster; readonly user: User } {
  const named = kubeConfig.getContextObject(context);
  const cluster = kubeConfig.getCurrentCluster();
  const user = kubeConfig.getCurrentUser();
  if (!cluster) {
    throw invalid(
      `context ${context}: the kubeconfig has no cluster of the name ${named?.cluster ?? ''}`,
    );
  }
  if (!user) {
    throw invalid(
      named?.user
        ? `context ${context}: the kubeconfig has no user of the name ${named.user}`
        : `context ${context} has no user: nobody to log in as`,
    );
  }
  return { cluster, user };
}

/** Without a value when it is refused: a URL may hold a password. */
function urlOf({ name, server, skipTLSVerify }: Cluster): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw invalid(`cluster ${name}: server is not an https:// URL`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw invalid(
      `cluster ${name}: server may be a host, a port and a path, without a user, a query or a fragment`,
    );
  }
  if (url.protocol === 'http:' && !skipTLSVerify) {
    throw invalid(
      `cluster ${name}: server is http://, where credentials would travel in clear`,
      'use https://; for a proxy on this machine set insecure-skip-tls-verify: true beside it',
    );
  }
  return url;
}
