import { X509Certificate } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node' with {
  'resolution-mode': 'import',
};
import { ReleafError } from '../model/errors';
import { fileProblem, invalid, type LoadError } from './config-problem';
import { prepareExecPlugin } from './exec-plugin';
import type { ExecPlugin, Headers } from './kubeconfig-entry';

/** What the agents of a proxy have besides, which know nothing of the request's own time-out. */
const LATER = 100;

/** How long is waited, in milliseconds. */
export interface Within {
  /** For each request: connecting and answering together. */
  readonly answer: number;
  /** For an exec plugin. */
  readonly plugin: number;
}

/** What a user has logged in with. */
export interface Login {
  /** Knows the client certificate, the CA and the proxy. */
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** Token or password, as texts that no message may hold. */
  readonly secrets: readonly string[];
}

/**
 * Takes what the chosen user logs in with, once for all requests: an exec plugin runs, files of
 * tokens, certificates and keys are read.
 *
 * @throws ReleafError CLUSTER_CONFIG
 */
export async function logIn(
  kubeConfig: KubeConfig,
  cluster: Cluster,
  user: User,
  within: Within,
): Promise<Login> {
  // Else NODE_TLS_REJECT_UNAUTHORIZED could turn off what the kubeconfig asks for.
  const options: RequestOptions = { rejectUnauthorized: true, timeout: within.answer + LATER };
  try {
    prepareExecPlugin(kubeConfig, user, within.plugin);
    await kubeConfig.applyToHTTPSOptions(options);
  } catch (error) {
    throw error instanceof ReleafError ? error : loginProblem(user, error);
  }
  checkCertificates(cluster, user, options);
  const headers = { ...(options.headers as Readonly<Record<string, string>> | undefined) };
  const basic = options.auth && `Basic ${Buffer.from(options.auth).toString('base64')}`;
  // A token from a file ends with a newline.
  const authorization = (headers['Authorization'] ?? basic)?.trim();
  if (authorization !== undefined) {
    headers['Authorization'] = authorization;
  } else if (!options.cert && cluster.server.startsWith('https:')) {
    throw invalid(
      `user ${user.name} has nothing to log in with: no token, client certificate, password or exec plugin`,
      'log in with the tool of the cluster, which writes them there',
    );
  }
  // Its idle connections keep no process alive.
  const agent = Object.assign(options.agent as Agent, { keepAlive: true });
  // Of an agent for a proxy: else NODE_TLS_REJECT_UNAUTHORIZED could turn this off too.
  if ('proxyRequestOptions' in agent) agent.proxyRequestOptions = { rejectUnauthorized: true };
  return { agent, headers, secrets: secretsOf(authorization, user) };
}

/** As they are sent, and as they are meant. */
function secretsOf(authorization: string | undefined, { password }: User): readonly string[] {
  const sent = authorization?.split(' ').pop();
  return [sent, password].filter((one): one is string => one !== undefined && one !== '');
}

/**
 * The headers, when HTTP can take them.
 *
 * @throws ReleafError CLUSTER_CONFIG
 */
export function checkedHeaders(user: User, headers: Headers): Headers {
  for (const [name, value] of Object.entries(headers)) {
    try {
      for (const one of [value].flat()) validateHeaderValue(name, one);
    } catch {
      throw invalid(`user ${user.name}: ${name} would have characters that no header may have`);
    }
  }
  return headers;
}

/** Neither what a plugin said nor what was read is passed on: either may hold a credential. */
function loginProblem({ name, exec, authProvider }: User, error: unknown): ReleafError {
  const known = (error ?? {}) as LoadError & { readonly syscall?: string };
  const plugin = (exec as ExecPlugin | null | undefined)?.command;
  if (known.syscall?.startsWith('spawn') === true) {
    return invalid(
      `user ${name}: the exec plugin ${plugin ?? ''} cannot be started`,
      'is it installed, and on the PATH?',
    );
  }
  const problem = fileProblem(known, `a file of user ${name}, or of its cluster,`);
  if (problem !== undefined) return invalid(`user ${name}: ${problem}`);
  const next = 'kubectl auth whoami, with this context, shows what it says';
  if (plugin !== undefined) return invalid(`user ${name}: the exec plugin ${plugin} failed`, next);
  const provider = (authProvider as { readonly name?: string } | null | undefined)?.name;
  return invalid(
    provider === undefined
      ? `user ${name}: the credentials cannot be used`
      : `user ${name}: the auth provider ${provider} failed`,
    next,
  );
}

/** Node takes a CA that is none for no CA, and says of a wrong key what nobody understands. */
function checkCertificates(
  cluster: Cluster,
  user: User,
  { ca, cert, key }: SecureContextOptions,
): void {
  try {
    if (ca) new X509Certificate(ca as Buffer);
  } catch {
    throw invalid(`cluster ${cluster.name}: certificate-authority is not a PEM certificate`);
  }
  try {
    createSecureContext({ ...(cert && { cert }), ...(key && { key }) });
  } catch {
    throw invalid(
      `user ${user.name}: client certificate and key are not PEM, or do not belong together`,
    );
  }
}
