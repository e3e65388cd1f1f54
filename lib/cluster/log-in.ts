import { X509Certificate } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node' with {
  'resolution-mode': 'import',
};
import { ReleafError } from '../model/errors';
import { fileProblem, invalid, type LoadError } from './config-problem';

/** Handshakes cost both sides; an API server has shares for each caller. */
const CONNECTIONS = 8;

/**
 * Takes what the chosen user logs in with, once for all requests: an exec plugin runs, files of
 * certificates and keys are read.
 *
 * @throws ReleafError CLUSTER_CONFIG
 */
export async function logIn(
  kubeConfig: KubeConfig,
  cluster: Cluster,
  user: User,
): Promise<{ readonly agent: Agent; readonly headers: Readonly<Record<string, string>> }> {
  // Else NODE_TLS_REJECT_UNAUTHORIZED could turn off what the kubeconfig asks for.
  const options: RequestOptions = { rejectUnauthorized: true };
  try {
    prepareExecPlugin(user);
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
      'a tokenFile is not read; put its token there',
    );
  }
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, value);
    } catch {
      throw invalid(`user ${user.name}: ${name} would have characters that no header may have`);
    }
  }
  // It alone knows the client certificate and the CA. Its idle connections keep no process alive.
  const agent = Object.assign(options.agent as Agent, { keepAlive: true });
  agent.maxSockets = CONNECTIONS;
  return { agent, headers };
}

interface ExecPlugin {
  readonly command?: string;
  readonly apiVersion?: string;
  readonly interactiveMode?: string;
  env?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Tells an exec plugin what kubectl tells it, and client-node does not.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
 */
function prepareExecPlugin(user: User): void {
  const plugin = user.exec as ExecPlugin | null | undefined;
  if (!plugin) return;
  if (plugin.interactiveMode === 'Always') {
    throw invalid(
      `user ${user.name}: the exec plugin ${plugin.command ?? ''} needs a terminal of its own, which it has not here`,
      'use a context with a token, a client certificate or another plugin',
    );
  }
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { interactive: false },
  };
  plugin.env = [
    ...(plugin.env ?? []),
    { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) },
  ];
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
