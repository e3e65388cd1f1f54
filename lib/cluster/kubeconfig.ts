import type { Cluster, KubeConfig, User } from '@kubernetes/client-node' with {
  'resolution-mode': 'import',
};
import { nearest } from '../config/did-you-mean';
import { invalid } from './config-problem';
import { clusterOf, contextOf, userOf, type Headers } from './kubeconfig-entry';
import { isPod, readEntries, type Entries } from './kubeconfig-files';
import type { ClusterOptions } from './kubernetes-api';

/** What stands for a context in a pod. */
const IN_CLUSTER = 'in-cluster';

/** Who is to be asked, and as whom. */
export interface Chosen {
  /** Name of the context. */
  readonly context: string;
  readonly cluster: Cluster;
  readonly user: User;
  /** Whom the user acts as. */
  readonly impersonation: Headers;
  readonly url: URL;
}

/**
 * Reads the kubeconfig where kubectl does, and chooses a context.
 *
 * @param kubeConfig - an empty one, which gets what was chosen
 * @throws ReleafError CLUSTER_CONFIG, with names, paths and line numbers, but no other text of it
 */
export function readKubeconfig(kubeConfig: KubeConfig, options: ClusterOptions): Chosen {
  const entries = readEntries(options.kubeconfig);
  if (!entries) return inCluster(kubeConfig, options);
  const context = choose(entries.currentContext, [...entries.contexts.keys()], options);
  const chosen = { context, ...membersOf(entries, context) };
  const { user } = chosen;
  const url = urlOf(chosen.cluster);
  const cluster = { ...chosen.cluster, server: url.href.replace(/\/$/, '') };
  kubeConfig.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: context, cluster: cluster.name, user: user.name }],
    currentContext: context,
  });
  return { ...chosen, cluster, url };
}

function inCluster(kubeConfig: KubeConfig, options: ClusterOptions): Chosen {
  if (!isPod()) {
    throw invalid(
      'there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config, and this is no pod with a service account',
      'give one with --kubeconfig FILE, or set KUBECONFIG',
    );
  }
  const context = choose(IN_CLUSTER, [IN_CLUSTER], options);
  kubeConfig.loadFromCluster();
  const { cluster, user } = {
    cluster: kubeConfig.getCurrentCluster(),
    user: kubeConfig.getCurrentUser(),
  };
  if (!cluster || !user) throw invalid('the service account of this pod cannot be used');
  return { context, cluster, user, impersonation: {}, url: urlOf(cluster) };
}

/** So many contexts fit into a message. */
const LISTED = 20;

function choose(current: string, names: readonly string[], { context }: ClusterOptions): string {
  const some = names.slice(0, LISTED).join(', ') || 'none';
  const there = `there ${names.length === 1 ? 'is' : 'are'} ${some}${names.length > LISTED ? ', …' : ''}`;
  const chosen = context ?? current;
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
  return chosen;
}

function membersOf(
  { contexts, clusters, users }: Entries,
  context: string,
): Pick<Chosen, 'cluster' | 'user' | 'impersonation'> {
  const named = contextOf(context, contexts.get(context) ?? { value: undefined, folder: '' });
  const cluster = clusters.get(named.cluster);
  if (!cluster) {
    throw invalid(`context ${context}: the kubeconfig has no cluster of the name ${named.cluster}`);
  }
  if (!named.user) throw invalid(`context ${context} has no user: nobody to log in as`);
  const user = users.get(named.user);
  if (!user) {
    throw invalid(`context ${context}: the kubeconfig has no user of the name ${named.user}`);
  }
  return { cluster: clusterOf(named.cluster, cluster), ...userOf(named.user, user) };
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
