import { urlToHttpOptions } from 'node:url';
import type { Cluster } from '@kubernetes/client-node' with { 'resolution-mode': 'import' };
import { invalid } from './config-problem';
import { httpApi } from './http-api';
import { readKubeconfig } from './kubeconfig';
import type { ClusterOptions, KubernetesApi } from './kubernetes-api';
import { checkedHeaders, logIn, type Within } from './log-in';

/**
 * An API server answers in well under a second, across an ocean and a VPN too, and somebody waits. With
 * an exec plugin there may be a person at a browser, who looks for a second factor.
 */
const WITHIN: Within = { answer: 10_000, plugin: 60_000 };

/**
 * Reads the kubeconfig and logs in with what it says (an exec plugin runs now), as kubectl does; asks
 * the API server nothing yet.
 *
 * @throws ReleafError CLUSTER_CONFIG, never with text of the kubeconfig but names, paths and the server
 */
export async function openCluster(
  options: ClusterOptions,
  within = WITHIN,
): Promise<KubernetesApi> {
  // An ES module of 800 files, and most of a second to load: only who asks a cluster waits.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  const { context, cluster, user, impersonation, url } = readKubeconfig(kubeConfig, options);
  const server = url.href.replace(/\/$/, '');
  const proxy = cluster.proxyUrl ? `, through the proxy ${hostOf(cluster)}` : '';
  const { agent, headers, secrets } = await logIn(kubeConfig, cluster, user, within);
  return httpApi({
    context,
    server,
    target: `${server} (context ${context}${proxy})`,
    options: { ...urlToHttpOptions(url), agent },
    headers: checkedHeaders(user, { ...headers, ...impersonation }),
    secrets,
    timeout: within.answer,
  });
}

function hostOf({ name, proxyUrl = '' }: Cluster): string {
  if (!URL.canParse(proxyUrl)) throw invalid(`cluster ${name}: proxy-url is not a URL`);
  return new URL(proxyUrl).host;
}
