import { isAbsolute, join, sep } from 'node:path';
import type { Cluster, User } from '@kubernetes/client-node' with { 'resolution-mode': 'import' };
import { z } from 'zod';
import { invalid } from './config-problem';
import type { Entry } from './kubeconfig-files';

const text = z.string().nullish();

/** @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#Context */
const CONTEXT = z.object({ cluster: z.string(), user: text });

/** @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#Cluster */
const CLUSTER = z.object({
  server: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'proxy-url': text,
});

const EXEC = z.object({
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  apiVersion: text,
  interactiveMode: text,
});

/** @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo */
const USER = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  as: text,
  'as-uid': text,
  'as-groups': z.array(z.string()).nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  username: text,
  password: text,
  'auth-provider': z
    .object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
  exec: EXEC.nullish(),
});

/** An exec plugin, ready to be started from any folder. */
export type ExecPlugin = z.infer<typeof EXEC>;

/** Those of a request; several values of one name become several lines. */
export type Headers = Readonly<Record<string, string | string[]>>;

/** The names of the cluster and the user of a context. */
export const contextOf = (name: string, { value }: Entry): z.infer<typeof CONTEXT> =>
  checked(CONTEXT, value, `context ${name}`);

/** A cluster as client-node takes it. Data counts for more than a file, as for kubectl. */
export function clusterOf(name: string, { value, folder }: Entry): Cluster {
  const cluster = checked(CLUSTER, value, `cluster ${name}`);
  return withoutEmpty({
    name,
    server: cluster.server ?? '',
    skipTLSVerify: cluster['insecure-skip-tls-verify'] ?? false,
    tlsServerName: cluster['tls-server-name'],
    proxyUrl: cluster['proxy-url'],
    ...dataOrFile('ca', cluster['certificate-authority-data'], [
      folder,
      cluster['certificate-authority'],
    ]),
  }) as Cluster;
}

/**
 * A user as client-node takes it, and the headers of whom the user acts as, of which client-node knows
 * one only.
 *
 * @throws ReleafError CLUSTER_CONFIG
 */
export function userOf(
  name: string,
  { value, folder }: Entry,
): { readonly user: User; readonly impersonation: Headers } {
  const user = checked(USER, value ?? {}, `user ${name}`);
  const provider = user['auth-provider'];
  if (provider && provider.name !== 'oidc') {
    throw invalid(
      `user ${name}: the auth provider ${provider.name} is none of kubectl's any more, which has oidc only`,
      'use an exec plugin: the vendor of the cluster has one',
    );
  }
  // As for kubectl, whatever else there is: a token that rotates lies in a file.
  const tokenFile = user.tokenFile && absolute(folder, user.tokenFile);
  return {
    user: withoutEmpty({
      name,
      username: user.username,
      password: user.password,
      ...dataOrFile('cert', user['client-certificate-data'], [folder, user['client-certificate']]),
      ...dataOrFile('key', user['client-key-data'], [folder, user['client-key']]),
      ...(tokenFile
        ? { authProvider: { name: 'tokenFile', config: { tokenFile } } }
        : {
            token: user.token,
            authProvider: provider,
            exec: user.exec && located(user.exec, folder),
          }),
    }) as User,
    impersonation: impersonation(name, user),
  };
}

/**
 * A command with a separator is in the folder of the kubeconfig, not in the one that happens to be the
 * working directory, which somebody else may have written.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuration
 */
const located = ({ command, ...plugin }: ExecPlugin, folder: string): ExecPlugin => ({
  ...plugin,
  command: command.includes('/') || command.includes(sep) ? absolute(folder, command) : command,
});

/** @see https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/ */
function impersonation(name: string, user: z.infer<typeof USER>): Headers {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  const headers = Object.entries(extra ?? {}).map(([key, values]): [string, string[]] => [
    `Impersonate-Extra-${encodeURIComponent(key).replaceAll('(', '%28').replaceAll(')', '%29')}`,
    values,
  ]);
  const others = { 'as-uid': uid, 'as-groups': groups?.join(''), 'as-user-extra': headers[0]?.[0] };
  const lonely = Object.entries(others).find(([, value]) => value);
  if (!as && lonely) {
    throw invalid(
      `user ${name}: ${lonely[0]} without as: nobody to act as`,
      'kubectl refuses it too: add as, or leave it out',
    );
  }
  return {
    ...(as && { 'Impersonate-User': as }),
    ...(uid && { 'Impersonate-Uid': uid }),
    ...(groups && groups.length > 0 && { 'Impersonate-Group': groups }),
    ...Object.fromEntries(headers),
  };
}

function dataOrFile(
  kind: 'ca' | 'cert' | 'key',
  data: string | null | undefined,
  [folder, file]: readonly [string, string | null | undefined],
): Readonly<Record<string, string>> {
  if (data) return { [`${kind}Data`]: data };
  return file ? { [`${kind}File`]: absolute(folder, file) } : {};
}

const absolute = (folder: string, file: string): string =>
  isAbsolute(file) ? file : join(folder, file);

/** What a kubeconfig leaves out and what it leaves empty is the same. */
const withoutEmpty = (value: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== null));

/** Told by the field, without its value. */
function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.infer<Schema> {
  // YAML 1.2 has none, and kubectl does: what it brings, such as `as`, must not get lost.
  if (typeof value === 'object' && value !== null && '<<' in value) {
    throw invalid(`${what}: has a merge key (<<), which is not read here`, 'write it out');
  }
  const { data, error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (!issue) return data as z.infer<Schema>;
  const [first] = issue.path;
  throw invalid(
    `${what}: ${first === undefined ? 'it' : String(first)} is not what it should be: ${issue.message.replace('Invalid input: ', '')}`,
    'kubectl config view shows it',
  );
}
