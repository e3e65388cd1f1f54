import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, releaf, type Ended, type ProcessOptions } from '../system/process';
import { writeKubeconfig } from './kubeconfig';
import { issue, openAuthority, type Authority, type Pair } from './pki';
import { expectAlive, FOLDER, kill, startAgain, tool } from './processes';
import { until } from './until';

/** An address of this network that the API server proxies to and routes webhooks to. */
export const PROXIED_ADDRESS = '192.0.2.10';

/** Name of the administrator's kubeconfig. */
export const ADMIN = 'admin';

const pki = (name: string): string => join(FOLDER, 'pki', name);
const pairOf = (name: string): Pair => ({
  certificate: readFileSync(pki(`${name}.crt`), 'utf8'),
  privateKey: readFileSync(pki(`${name}.key`), 'utf8'),
});

/** The administrator's kubeconfig file: may do anything. */
export const adminKubeconfig = (): string => pki(ADMIN);

/** URL of the API server. */
export const apiServer = (): string => readFileSync(pki('server'), 'utf8');

/** The CA that signs what the servers of the cluster show. */
export const serversCa = (): Authority => openAuthority(pairOf('servers-ca'));

/** PEM of the CA that kube-controller-manager signs with, as `ca` in releaf's config. */
export const signingCa = (): string => readFileSync(pki('signer-ca.crt'), 'utf8');

/** The CA of {@link signingCa}, for certificates that it signed before the tests began. */
export const signerCa = (): Authority => openAuthority(pairOf('signer-ca'));

/**
 * How long {@link signingCa} signs at most: shorter than releaf's default of 90 days, so that tests see
 * both a duration that is honoured and one that is not.
 */
export const SIGNING_SECONDS = 720 * 3600;

/** A client certificate that the API server takes for this user. */
export const userCertificate = (commonName: string, organizations: readonly string[] = []): Pair =>
  issue(openAuthority(pairOf('clients-ca')), 'client auth', {
    subject: { commonName, organizations },
  });

/** A kubeconfig file for a user, who may do nothing that RBAC does not say. */
export function userKubeconfig(
  user: string,
  groups: readonly string[] = [],
  namespace?: string,
): string {
  return kubeconfigOf(userCertificate(user, groups), namespace);
}

/** A kubeconfig file for the holder of a certificate. */
export function kubeconfigOf(user: Pair, namespace?: string): string {
  return writeKubeconfig(pki(`user-${randomBytes(4).toString('hex')}`), {
    server: apiServer(),
    ca: pairOf('servers-ca').certificate,
    user,
    ...(namespace !== undefined && { namespace }),
  });
}

/** How to call kubectl or releaf. */
export interface CallOptions extends ProcessOptions {
  /** @default - the administrator's */
  readonly kubeconfig?: string;
}

const called = ({ kubeconfig = adminKubeconfig(), ...options }: CallOptions): ProcessOptions => ({
  ...options,
  env: { KUBECONFIG: kubeconfig, ...options.env },
});

/** Runs kubectl, which must succeed: what it prints. */
export function kubectl(args: readonly string[], options: CallOptions = {}): Promise<string> {
  return output(tool('kubectl'), args, called(options));
}

/** Runs the compiled releaf on the cluster. */
export function releafOn(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  return releaf(args, called(options));
}

/** Runs the compiled releaf, which must succeed: what it prints on both streams. */
export async function releafDone(
  args: readonly string[],
  options: CallOptions = {},
): Promise<Ended> {
  const ended = await releafOn(args, options);
  if (ended.status !== 0) {
    throw new Error(
      `releaf ${args.join(' ')}: ended with ${ended.status ?? ''}\n${ended.stdout}${ended.stderr}`,
    );
  }
  return ended;
}

/** Applies YAML, or an object. */
export function apply(objects: string | object, options: CallOptions = {}): Promise<string> {
  const input = typeof objects === 'string' ? objects : JSON.stringify(objects);
  return kubectl(['apply', '-f', '-'], { ...options, input });
}

/** An object of the cluster; undefined when there is none. */
export async function get<Type extends object>(
  kind: string,
  name: string,
  namespace?: string,
): Promise<Type | undefined> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const text = await kubectl(['get', kind, name, ...where, '-o', 'json', '--ignore-not-found']);
  return text === '' ? undefined : (JSON.parse(text) as Type);
}

/** A Secret as the API server has it. */
export interface LiveSecret {
  readonly metadata: { readonly resourceVersion: string };
  readonly type: string;
  /** Base64. */
  readonly data: Readonly<Record<string, string>>;
}

/** The text of a Secret's items; waits for the Secret, which a controller may make. */
export async function secretData(
  name: string,
  namespace: string,
): Promise<Readonly<Record<string, string>>> {
  const { data } = await until(`there is the Secret ${namespace}/${name}`, () =>
    get<LiveSecret>('secret', name, namespace),
  );
  return Object.fromEntries(
    Object.entries(data).map(([item, value]) => [item, Buffer.from(value, 'base64').toString()]),
  );
}

/** Makes a namespace that no other test has: its name. */
export async function newNamespace(): Promise<string> {
  const name = `e2e-${randomBytes(4).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  return name;
}

/** Ends the API server at once, as a crash does. */
export const stopApiServer = (): Promise<void> => kill('kube-apiserver');

/** Starts it again, and waits until it answers. */
export async function startApiServer(): Promise<void> {
  // A watch that broke off is taken up again after a pause that doubles each time, up to a minute.
  const watchers = ['kube-controller-manager', 'sealed-secrets'];
  for (const name of watchers) await kill(name);
  startAgain('kube-apiserver');
  await waitForApiServer();
  for (const name of watchers) startAgain(name);
}

export async function waitForApiServer(): Promise<void> {
  await until('the API server is ready', async () => {
    for (const name of ['etcd', 'kube-apiserver']) expectAlive(name);
    return (await kubectl(['get', '--raw', '/readyz'])) === 'ok';
  });
}

/** A CertificateSigningRequest as the API server has it. */
export interface LiveRequest {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
  };
}

export const getRequest = (name: string): Promise<LiveRequest | undefined> =>
  get('certificatesigningrequest', name);

/** Waits until the signer has issued a request's certificate: its PEM. Throws when the signer refuses. */
export async function issuedCertificate(name: string): Promise<string> {
  const { certificate, conditions = [] } = await until(`${name} is issued or failed`, async () => {
    expectAlive('kube-controller-manager');
    const status = (await getRequest(name))?.status;
    const ended = status?.certificate ?? status?.conditions?.some(({ type }) => type === 'Failed');
    return ended ? status : undefined;
  });
  if (certificate === undefined) {
    const failed = conditions.find(({ type }) => type === 'Failed');
    throw new Error(`${name}: Failed: ${failed?.message ?? ''}`);
  }
  const pem = Buffer.from(certificate, 'base64').toString();
  return new X509Certificate(pem).toString();
}
