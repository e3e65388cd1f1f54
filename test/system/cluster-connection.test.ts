import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer as plainServer, type RequestListener } from 'node:http';
import { createServer as httpsServer, type ServerOptions } from 'node:https';
import { connect, createServer as netServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as tlsServer } from 'node:tls';
import type { ClusterOptions } from '../../lib/cluster/kubernetes-api';
import { parseEndpoint, servedCertificate } from '../../lib/cluster/served-certificate';
import { folderOf, removeFolders } from '../harness';
import { ROOT, start } from './process';

const BUILD = join(ROOT, 'build');
const TOKEN = 'worthless-token-0123456789';
const DAY = 86_400_000;

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

interface Authority {
  readonly pem: string;
  readonly sign: (names: readonly string[], days?: number) => Promise<Pair>;
}

/** A CA with a key of its own, made now. */
async function authority(name: string): Promise<Authority> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const generate = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const caKeys = await generate();
  const ca = await peculiar.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [new peculiar.BasicConstraintsExtension(true)],
  });
  return {
    pem: ca.toString('pem'),
    sign: async (names, days = 1) => {
      const keys = await generate();
      const certificate = await peculiar.X509CertificateGenerator.create({
        subject: `CN=${names[0] ?? ''}`,
        issuer: ca.subject,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() - 3 * DAY),
        notAfter: new Date(Date.now() + days * DAY),
        extensions: [
          new peculiar.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value })),
          ),
        ],
      });
      const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
      return {
        certificate: certificate.toString('pem'),
        key: peculiar.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
      };
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const servers: Server[] = [];
let asker: ChildProcess;
let ca: Authority;
let here: Pair;
let client: Pair;

beforeAll(async () => {
  asker = fork(join(__dirname, 'ask-cluster.js'), { execArgv: ['--no-warnings'] });
  ca = await authority('Worthless CA');
  here = await ca.sign(['127.0.0.1', 'localhost']);
  client = await ca.sign(['admin']);
});

afterAll(() => {
  asker.kill();
  for (const server of servers) {
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
  }
  removeFolders();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** An API server that answers so; its URL. */
async function served(answer: RequestListener, options: ServerOptions = {}): Promise<string> {
  const { certificate: cert, key } = here;
  const port = await listening(httpsServer({ cert, key, ...options }, answer));
  return `https://127.0.0.1:${port}`;
}

const says =
  (status: number, body: object | string, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const failure = (code: number, reason: string, message: string): RequestListener =>
  says(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });

interface Entries {
  readonly cluster?: object;
  readonly user?: object;
  readonly rest?: object;
}

/** A kubeconfig, as JSON, which is YAML. */
function kubeconfig(server: string, { cluster, user, rest }: Entries = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [
      {
        name: 'test',
        cluster: { server, 'certificate-authority-data': base64(ca.pem), ...cluster },
      },
    ],
    users: [{ name: 'admin', user: user ?? { token: TOKEN } }],
    ...rest,
  });
}

const fileOf = (text: string): string => join(folderOf({ config: text }), 'config');

interface Outcome {
  readonly context?: string;
  readonly server?: string;
  readonly results?: readonly unknown[];
  readonly error?: { name: string; code: string; message: string; hint: string };
  readonly seen: string;
}

interface Asked {
  readonly options?: ClusterOptions;
  readonly environment?: object;
  readonly cwd?: string;
  readonly timeout?: number;
  readonly atOnce?: boolean;
  readonly calls?: readonly (readonly unknown[])[];
}

async function ask({
  options = {},
  environment = {},
  calls = [],
  ...how
}: Asked): Promise<Outcome> {
  asker.send({ build: BUILD, options, environment, calls, ...how });
  const [outcome] = (await once(asker, 'message')) as [Outcome];
  expect(outcome.seen).not.toContain(TOKEN);
  expect(outcome.seen).not.toContain(base64(TOKEN));
  expect(outcome.seen).not.toContain('PRIVATE KEY');
  return outcome;
}

/** One call with a kubeconfig of that text. */
const askWith = (text: string, call: readonly unknown[] = ['get', '/version'], timeout?: number) =>
  ask({ options: { kubeconfig: fileOf(text) }, calls: [call], ...(timeout && { timeout }) });

const VERSION = says(200, { major: '1', minor: '36' });
const CSR = { group: 'certificates.k8s.io', version: 'v1', resource: 'certificatesigningrequests' };
const SERVICE = { group: '', version: 'v1', resource: 'services', namespace: 'x', name: 'y' };
const KES = { ...CSR, name: 'kes-2-3f9ab2c1' };

describe('a kubeconfig', () => {
  it.each<[string, () => string | object, string, string]>([
    [
      'that is not YAML',
      () => `users:\n  - name: admin\n    user: {token: ${TOKEN}`,
      'FILE is not YAML: line 3: bad indent',
      '',
    ],
    [
      'that is empty',
      () => '',
      'FILE holds no clusters and contexts that can be read',
      'kubectl config view',
    ],
    [
      'that is a text',
      () => TOKEN,
      'FILE holds no clusters and contexts that can be read',
      'kubectl config view',
    ],
    [
      'with a cluster without server',
      () => kubeconfig(''),
      'cluster test: server is not an https:// URL',
      '',
    ],
    [
      'without current-context',
      () => kubeconfig('https://127.0.0.1:1', { rest: { 'current-context': '' } }),
      'the kubeconfig has no current-context; there is test',
      'choose one with --context',
    ],
    [
      'with a current-context that is not there',
      () => kubeconfig('https://127.0.0.1:1', { rest: { 'current-context': 'tset' } }),
      'there is no context tset in the kubeconfig; there is test',
      'did you mean test?',
    ],
    [
      'with a context of a cluster that is not there',
      () => kubeconfig('https://127.0.0.1:1', { rest: { clusters: [] } }),
      'context test: the kubeconfig has no cluster of the name test',
      '',
    ],
    [
      'with a context of a user who is not there',
      () => kubeconfig('https://127.0.0.1:1', { rest: { users: [] } }),
      'context test: the kubeconfig has no user of the name admin',
      '',
    ],
    [
      'with a context without user',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          rest: { contexts: [{ name: 'test', context: { cluster: 'test' } }] },
        }),
      'context test has no user: nobody to log in as',
      '',
    ],
    [
      'with a server over HTTP',
      () => kubeconfig('http://127.0.0.1:1'),
      'cluster test: server is http://, where credentials would travel in clear',
      'insecure-skip-tls-verify: true',
    ],
    [
      'with a server without scheme',
      () => kubeconfig('localhost:6443'),
      'cluster test: server is not an https:// URL',
      '',
    ],
    [
      'with a password in the server',
      () => kubeconfig(`https://admin:${TOKEN}@127.0.0.1:1`),
      'cluster test: server may be a host, a port and a path, without a user, a query or a fragment',
      '',
    ],
    [
      'with a CA file that is not there',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          cluster: {
            'certificate-authority': '/none/ca.crt',
            'certificate-authority-data': undefined,
          },
        }),
      'user admin: /none/ca.crt does not exist',
      '',
    ],
    [
      'with a CA that is none',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          cluster: { 'certificate-authority-data': base64('ca') },
        }),
      'cluster test: certificate-authority is not a PEM certificate',
      '',
    ],
    [
      'with a client key of another certificate',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          user: {
            'client-certificate-data': base64(client.certificate),
            'client-key-data': base64(here.key),
          },
        }),
      'user admin: client certificate and key are not PEM, or do not belong together',
      '',
    ],
    [
      'with a user without credentials',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: '' } }),
      'user admin has nothing to log in with: no token, client certificate, password or exec plugin',
      'log in with the tool of the cluster',
    ],
    [
      'with a token in a file that is not there',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: TOKEN, tokenFile: '/none/token' } }),
      'user admin: /none/token does not exist',
      '',
    ],
    [
      'with a user of another shape',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: [TOKEN] } }),
      'user admin: token is not what it should be: expected string, received array',
      'kubectl config view',
    ],
    [
      'with a merge key, which would get lost',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: TOKEN, '<<': { as: 'jane' } } }),
      'user admin: has a merge key (<<), which is not read here',
      'write it out',
    ],
    [
      'with one name for two',
      () => {
        const admin = { name: 'admin', user: { token: TOKEN } };
        return kubeconfig('https://127.0.0.1:1', { rest: { users: [admin, admin] } });
      },
      'FILE: user admin is there twice',
      '',
    ],
    [
      'with an entry without name',
      () => kubeconfig('https://127.0.0.1:1', { rest: { users: [{ user: { token: TOKEN } }] } }),
      'FILE: users.0.name is missing, or not what it should be',
      '',
    ],
    ...Object.entries({
      'as-groups': ['viewers'],
      'as-uid': '5',
      'as-user-extra': { scopes: ['view'] },
    }).map(([field, value]): [string, () => string, string, string] => [
      `with ${field} but no as`,
      () => kubeconfig('https://127.0.0.1:1', { user: { token: TOKEN, [field]: value } }),
      `user admin: ${field} without as: nobody to act as`,
      'kubectl refuses it too',
    ]),
    [
      'with a name to act as that is none',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: TOKEN, as: `jane\nX: ${TOKEN}` } }),
      'user admin: Impersonate-User would have characters that no header may have',
      '',
    ],
    [
      'with a plugin where kubectl starts none',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          user: { 'auth-provider': { name: 'oidc', config: { exec: { command: './planted' } } } },
        }),
      'user admin: auth-provider is not what it should be: expected string, received object',
      '',
    ],
    [
      'with an auth provider that kubectl has no more',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': './get-token' } } },
        }),
      "user admin: the auth provider gcp is none of kubectl's any more, which has oidc only",
      'use an exec plugin',
    ],
    [
      'with a token that is none',
      () => kubeconfig('https://127.0.0.1:1', { user: { token: `${TOKEN}\nX: 1` } }),
      'user admin: Authorization would have characters that no header may have',
      '',
    ],
    [
      'with an exec plugin that is not installed',
      () =>
        kubeconfig('https://127.0.0.1:1', {
          user: {
            exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' },
          },
        }),
      'user admin: the exec plugin no-such-plugin cannot be started',
      'is it installed, and on the PATH?',
    ],
    [
      'with an exec plugin that fails',
      () => kubeconfig('https://127.0.0.1:1', { user: plugin(`echo ${TOKEN} >&2; exit 1`) }),
      'user admin: the exec plugin sh failed',
      'kubectl auth whoami',
    ],
    [
      'with an exec plugin that says no JSON',
      () => kubeconfig('https://127.0.0.1:1', { user: plugin(`echo ${TOKEN}`) }),
      'user admin: the exec plugin sh failed',
      'kubectl auth whoami',
    ],
    [
      'with an exec plugin that wants a terminal',
      () =>
        kubeconfig('https://127.0.0.1:1', { user: plugin('true', { interactiveMode: 'Always' }) }),
      'user admin: the exec plugin sh needs a terminal of its own, which it has not here',
      'use a context with a token',
    ],
  ])('%s is refused, without a word of its content', async (_, text, message, hint) => {
    const file = fileOf(text() as string);
    const { error } = await ask({ options: { kubeconfig: file } });
    expect(error).toEqual({
      name: 'ReleafError',
      code: 'CLUSTER_CONFIG',
      message: message.replace('FILE', file),
      hint: expect.stringContaining(hint),
    });
  });

  it('that does not exist is refused by its path', async () => {
    const { error } = await ask({ options: { kubeconfig: '/none/config' } });
    expect(error).toMatchObject({
      code: 'CLUSTER_CONFIG',
      message: '/none/config does not exist',
    });
    const folder = folderOf({});
    expect(await ask({ environment: { KUBECONFIG: folder } })).toMatchObject({
      error: { message: `${folder} is a folder` },
    });
  });

  it('is looked for where kubectl does, and its lack is told', async () => {
    const HOME = folderOf({});
    expect(await ask({ environment: { HOME } })).toMatchObject({
      error: {
        code: 'CLUSTER_CONFIG',
        message:
          'there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config, and this is no pod with a service account',
        hint: 'give one with --kubeconfig FILE, or set KUBECONFIG',
      },
    });
    const server = await served(VERSION);
    const home = folderOf({ '.kube/config': kubeconfig(server) });
    expect(await ask({ environment: { HOME: home } })).toMatchObject({ server, context: 'test' });
    const KUBECONFIG = fileOf(kubeconfig('https://192.0.2.1'));
    expect(await ask({ environment: { HOME: home, KUBECONFIG } })).toMatchObject({
      server: 'https://192.0.2.1',
    });
  });

  it('of several files follows the first current-context, as kubectl does', async () => {
    const first = kubeconfig('https://192.0.2.1');
    const other = kubeconfig('https://192.0.2.2').replaceAll('"test"', '"other"');
    const files = [first, other.replaceAll('"admin"', '"root"')];
    const KUBECONFIG = files.map(fileOf).join(':');
    const { context, server, error } = await ask({ environment: { KUBECONFIG } });
    expect(error).toBeUndefined();
    expect({ context, server }).toEqual({ context: 'test', server: 'https://192.0.2.1' });
  });

  it('of several files takes the first that has a name, and skips those that are not there', async () => {
    const first = kubeconfig('https://192.0.2.1', { rest: { 'current-context': '' } });
    const second = kubeconfig('https://192.0.2.2');
    const list = (...files: string[]) => ({ environment: { KUBECONFIG: files.join(':') } });
    expect(await ask(list('/none/1', fileOf(first), '/none/2', fileOf(second)))).toMatchObject({
      context: 'test',
      server: 'https://192.0.2.1',
    });
    expect(await ask(list('/none/1', '/none/2'))).toMatchObject({
      error: {
        code: 'CLUSTER_CONFIG',
        message: 'none of the files of KUBECONFIG exists: /none/1, /none/2',
      },
    });
  });

  it('has its contexts chosen from by name, and listed', async () => {
    const server = await served(VERSION);
    const contexts = ['staging', 'production'].map((name) => ({
      name,
      context: { cluster: 'test', user: 'admin' },
    }));
    const options = { kubeconfig: fileOf(kubeconfig(server, { rest: { contexts } })) };
    expect(await ask({ options: { ...options, context: 'production' } })).toMatchObject({
      context: 'production',
      server,
    });
    expect(await ask({ options: { ...options, context: 'Stagin' } })).toMatchObject({
      error: {
        code: 'CLUSTER_CONFIG',
        message: 'there is no context Stagin in the kubeconfig; there are staging, production',
        hint: 'did you mean staging?',
      },
    });
  });
});

/** A user whom an exec plugin logs in. */
const plugin = (script: string, more: object = {}): object => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', script],
    ...more,
  },
});

describe('who asks', () => {
  /** Tells what it was asked with. */
  const mirror: RequestListener = (request, response) => {
    const socket = request.socket as unknown as {
      getPeerCertificate?: () => { subject?: { CN?: string } };
    };
    response.end(
      JSON.stringify({
        authorization: request.headers.authorization && base64(request.headers.authorization),
        as: request.headers['impersonate-user'],
        more:
          request.rawHeaders
            .map((name, index) => `${name}: ${request.rawHeaders[index + 1] ?? ''}`)
            .filter((line) => /^Impersonate-(?!User:)/.test(line))
            .join('; ') || undefined,
        client: socket.getPeerCertificate?.().subject?.CN,
      }),
    );
  };
  const EXEC_INFO =
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}';

  it.each<[string, () => object, object]>([
    ['a token', () => ({ token: TOKEN }), { authorization: base64(`Bearer ${TOKEN}`) }],
    [
      'a token with a newline',
      () => ({ token: `${TOKEN}\n` }),
      { authorization: base64(`Bearer ${TOKEN}`) },
    ],
    [
      'a password',
      () => ({ username: 'admin', password: TOKEN }),
      { authorization: base64(`Basic ${base64(`admin:${TOKEN}`)}`) },
    ],
    [
      'a client certificate',
      () => ({
        'client-certificate-data': base64(client.certificate),
        'client-key-data': base64(client.key),
      }),
      { client: 'admin' },
    ],
    [
      'files',
      () => {
        const folder = folderOf({ 'tls.crt': client.certificate, 'tls.key': client.key });
        return {
          'client-certificate': join(folder, 'tls.crt'),
          'client-key': join(folder, 'tls.key'),
        };
      },
      { client: 'admin' },
    ],
    [
      'impersonation',
      () => ({ token: TOKEN, as: 'jane' }),
      { as: 'jane', authorization: base64(`Bearer ${TOKEN}`) },
    ],
    [
      'impersonation of groups, a uid and more',
      () => ({
        token: TOKEN,
        as: 'jane',
        'as-uid': '5',
        'as-groups': ['viewers', 'readers'],
        'as-user-extra': { 'example.com/(scopes)': ['view', 'list'] },
      }),
      {
        as: 'jane',
        authorization: base64(`Bearer ${TOKEN}`),
        more: [
          'Impersonate-Uid: 5',
          'Impersonate-Group: viewers',
          'Impersonate-Group: readers',
          'Impersonate-Extra-example.com%2F%28scopes%29: view',
          'Impersonate-Extra-example.com%2F%28scopes%29: list',
        ].join('; '),
      },
    ],
    [
      'a token in a file, which counts for more than another',
      () => ({
        token: 'old',
        tokenFile: join(folderOf({ token: `${TOKEN}\n` }), 'token'),
      }),
      { authorization: base64(`Bearer ${TOKEN}`) },
    ],
    [
      'an exec plugin, which is told what kubectl tells it',
      () =>
        plugin(
          `[ "$KUBERNETES_EXEC_INFO" = '${EXEC_INFO}' ] && [ "$A" = b ] && echo '{"status":{"token":"${TOKEN}"}}'`,
          { env: [{ name: 'A', value: 'b' }] },
        ),
      { authorization: base64(`Bearer ${TOKEN}`) },
    ],
  ])('is told by %s', async (_, user, expected) => {
    const server = await served(mirror, { requestCert: true, rejectUnauthorized: false });
    const { results, error } = await askWith(kubeconfig(server, { user: user() }));
    expect(error).toBeUndefined();
    expect(results?.[0]).toEqual(expected);
  });

  it('is told by what lies beside the kubeconfig, wherever the command runs', async () => {
    const server = await served(mirror);
    const script = (token: string) =>
      ['#!/bin/sh', `echo '{"status":{"token":"${token}"}}'`].join('\n');
    const elsewhere = folderOf({ 'bin/token': script('planted'), token: 'planted' });
    const users = [{ exec: { command: 'bin/token' } }, { tokenFile: 'token' }];
    for (const user of users) {
      const text = kubeconfig(server, { user });
      const folder = folderOf({ config: text, 'bin/token': script(TOKEN), token: TOKEN });
      for (const one of [folder, elsewhere]) chmodSync(join(one, 'bin/token'), 0o755);
      const { results, error } = await ask({
        options: { kubeconfig: join(folder, 'config') },
        cwd: elsewhere,
        calls: [['get', '/version']],
      });
      expect(error).toBeUndefined();
      expect(results).toEqual([{ authorization: base64(`Bearer ${TOKEN}`) }]);
    }
  });

  it('is not waited for without end', async () => {
    const user = plugin('sleep 60');
    const { error } = await askWith(kubeconfig('https://127.0.0.1:1', { user }), undefined, 300);
    expect(error).toMatchObject({
      code: 'CLUSTER_CONFIG',
      message: 'user admin: the exec plugin sh has not ended within 0.3 s',
      hint: 'kubectl auth whoami, with this context, shows what it waits for',
    });
  });
});

describe('a request', () => {
  it('is what its address says, each part of it encoded', async () => {
    const paths: string[] = [];
    const server = await served((request, response) => {
      paths.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(request.method === 'POST' ? 201 : 200);
      response.end('{"kind":"any"}');
    });
    const secret = { group: '', version: 'v1', resource: 'secrets', namespace: 'a/../b' };
    const { results, error } = await ask({
      options: { kubeconfig: fileOf(kubeconfig(`${server}/k8s/clusters/c-1/`)) },
      calls: [
        ['get', '/version'],
        ['get', KES],
        ['get', CSR],
        ['get', { ...secret, name: '..' }],
        ['create', CSR, {}],
        ['replace', { ...KES, subresource: 'approval' }, {}],
        [
          'getText',
          {
            group: '',
            version: 'v1',
            resource: 'services',
            namespace: 'kube-system',
            name: 'http:sealed-secrets-controller:',
            subresource: 'proxy',
            suffix: '/v1/cert.pem',
          },
        ],
      ],
    });
    expect(error).toBeUndefined();
    expect(results?.at(-1)).toBe('{"kind":"any"}');
    const requests = '/k8s/clusters/c-1/apis/certificates.k8s.io/v1/certificatesigningrequests';
    expect(paths).toEqual([
      'GET /k8s/clusters/c-1/version',
      `GET ${requests}/kes-2-3f9ab2c1`,
      `GET ${requests}`,
      'GET /k8s/clusters/c-1/api/v1/namespaces/a%2F..%2Fb/secrets/..',
      `POST ${requests}`,
      `PUT ${requests}/kes-2-3f9ab2c1/approval`,
      'GET /k8s/clusters/c-1/api/v1/namespaces/kube-system/services/http%3Asealed-secrets-controller%3A/proxy/v1/cert.pem',
    ]);
  });

  it('uses the name and the proxy that the kubeconfig gives', async () => {
    const elsewhere = await ca.sign(['kubernetes.default']);
    const server = await served(VERSION, { cert: elsewhere.certificate, key: elsewhere.key });
    const tunnels: string[] = [];
    const proxy = plainServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const onward = connect(Number(new URL(server).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      socket.on('error', () => undefined);
      onward.on('error', () => undefined);
    });
    const port = await listening(proxy);
    const cluster = {
      'tls-server-name': 'kubernetes.default',
      'proxy-url': `http://127.0.0.1:${port}`,
    };
    const { results, error } = await askWith(kubeconfig(server, { cluster }));
    expect(error).toBeUndefined();
    expect(results).toEqual([{ major: '1', minor: '36' }]);
    expect(tunnels).toEqual([new URL(server).host]);
  });

  it('goes out unverified, or over HTTP, where the kubeconfig says so', async () => {
    const other = await authority('Other CA');
    const cluster = {
      'insecure-skip-tls-verify': true,
      'certificate-authority-data': base64(other.pem),
    };
    const plain = `http://127.0.0.1:${await listening(plainServer(VERSION))}`;
    for (const server of [await served(VERSION), plain]) {
      const { results, error } = await askWith(kubeconfig(server, { cluster }));
      expect(error).toBeUndefined();
      expect(results).toEqual([{ major: '1', minor: '36' }]);
    }
  });

  it('is repeated once when the API server is busy and says for how long', async () => {
    let asked = 0;
    const server = await served((request, response) => {
      asked += 1;
      if (asked === 1) failureAfter(0)(request, response);
      else VERSION(request, response);
    });
    const { results } = await askWith(kubeconfig(server));
    expect(results).toEqual([{ major: '1', minor: '36' }]);
    expect(asked).toBe(2);
  });

  it('is repeated when the server closed the connection while it lay idle', async () => {
    let connections = 0;
    const port = await listening(
      tlsServer({ cert: here.certificate, key: here.key }, (socket) => {
        connections += 1;
        socket.on('error', () => undefined);
        let requests = 0;
        socket.on('data', () => {
          requests += 1;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
          else socket.destroy();
        });
      }),
    );
    const calls = [
      ['get', '/version'],
      ['get', '/version'],
    ];
    const text = kubeconfig(`https://127.0.0.1:${port}`);
    const { results } = await ask({ options: { kubeconfig: fileOf(text) }, calls });
    expect(results).toEqual([{}, {}]);
    expect(connections).toBe(2);
  });

  it.each<[string, RequestListener, readonly unknown[]]>([
    ['no such object', failure(404, 'NotFound', 'not found'), ['get', KES]],
    ['no such API', says(404, '404 page not found'), ['get', '/apis/bitnami.com/v1alpha1']],
    [
      'no such kind of object',
      says(404, '404 page not found\n'),
      ['get', { ...CSR, group: 'bitnami.com', name: 'web' }],
    ],
    [
      'no such file of a Service',
      says(404, '<html>'),
      ['getText', { ...SERVICE, subresource: 'proxy', suffix: '/v1/cert.pem' }],
    ],
    ['a name that is taken', failure(409, 'AlreadyExists', 'exists'), ['create', CSR, {}]],
    ['another object by now', failure(409, 'Conflict', 'modified'), ['replace', KES, {}]],
    ['an object that is gone', failure(404, 'NotFound', 'not found'), ['replace', KES, {}]],
  ])('answered with %s gives undefined', async (_, answer, call) => {
    const { results, error } = await askWith(kubeconfig(await served(answer)), call);
    expect(error).toBeUndefined();
    expect(results).toEqual([null]);
  });

  it('leaves no process waiting for its idle connection', async () => {
    const file = fileOf(kubeconfig(await served(VERSION)));
    const program = `require(${JSON.stringify(`${BUILD}/lib/cluster/open-cluster.js`)})
      .openCluster({ kubeconfig: ${JSON.stringify(file)} })
      .then((api) => api.get('/version'))`;
    const began = Date.now();
    const { status, stderr } = await start(process.execPath, ['-e', program]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // An idle connection lasts 5 s at the server.
    expect(Date.now() - began).toBeLessThan(5000);
  });
});

const failureAfter = (seconds: number): RequestListener =>
  says(
    429,
    { kind: 'Status', message: 'too many requests, please try again later' },
    { 'Retry-After': `${seconds}` },
  );

describe('what is refused', () => {
  const RBAC =
    'certificatesigningrequests.certificates.k8s.io "kes-2-3f9ab2c1" is forbidden: User "jane" cannot get resource "certificatesigningrequests" in API group "certificates.k8s.io" at the cluster scope';
  const cannot = (verb: string, resource = 'certificatesigningrequests') =>
    RBAC.replace(/ get resource "\w+"/, ` ${verb} resource "${resource}"`);
  const NO_SERVER =
    'is this a Kubernetes API server? look at the server of the cluster in the kubeconfig';

  it.each<[string, RequestListener, readonly unknown[], object]>([
    [
      'unknown credentials',
      failure(401, 'Unauthorized', 'Unauthorized'),
      ['get', KES],
      {
        code: 'CLUSTER_UNAUTHENTICATED',
        message:
          'TARGET: does not know who asks: the credentials of this context are wrong or have expired',
        hint: 'log in again; kubectl auth whoami, with this context, asks the same',
      },
    ],
    [
      'credentials that were lost on the way',
      failure(403, 'Forbidden', RBAC.replace('jane', 'system:anonymous')),
      ['get', KES],
      { code: 'CLUSTER_UNAUTHENTICATED' },
    ],
    [
      'the right to get',
      failure(403, 'Forbidden', RBAC),
      ['get', KES],
      {
        code: 'CLUSTER_FORBIDDEN',
        message: 'you may not get certificatesigningrequests.certificates.k8s.io kes-2-3f9ab2c1',
        hint: expect.stringContaining('missing in a ClusterRole:\n- apiGroups:'),
      },
    ],
    [
      'the right to list',
      failure(403, 'Forbidden', cannot('list')),
      ['get', CSR],
      {
        code: 'CLUSTER_FORBIDDEN',
        message: 'you may not list certificatesigningrequests.certificates.k8s.io',
      },
    ],
    [
      'the right to create',
      failure(403, 'Forbidden', cannot('create')),
      ['create', CSR, {}],
      {
        code: 'CLUSTER_FORBIDDEN',
        message: 'you may not create certificatesigningrequests.certificates.k8s.io',
      },
    ],
    [
      'the right to update a subresource',
      failure(403, 'Forbidden', cannot('update', 'certificatesigningrequests/approval')),
      ['replace', { ...KES, subresource: 'approval' }, {}],
      {
        code: 'CLUSTER_FORBIDDEN',
        message:
          'you may not update certificatesigningrequests.certificates.k8s.io/approval kes-2-3f9ab2c1',
      },
    ],
    [
      'the right to act as somebody else',
      failure(
        403,
        'Forbidden',
        'users "jane" is forbidden: User "admin" cannot impersonate resource "users" in API group "" at the cluster scope',
      ),
      ['get', KES],
      { code: 'CLUSTER_REFUSED', message: expect.stringContaining('cannot impersonate') },
    ],
    ...[
      'admission webhook "freeze.example.com" denied the request: nobody is not permitted to change it',
      `admission webhook "freeze.example.com" denied the request: ${RBAC}`,
      RBAC.replace('User', "ValidatingAdmissionPolicy 'freeze' denied request: User"),
    ].map((message): [string, RequestListener, readonly unknown[], object] => [
      'an object, by an admission of its own words',
      failure(403, 'Forbidden', message),
      ['get', KES],
      { code: 'CLUSTER_REFUSED', message: expect.stringContaining(message) },
    ]),
    [
      'the words of a right, by no API server',
      says(403, { message: RBAC }),
      ['get', KES],
      { code: 'CLUSTER_REFUSED' },
    ],
    [
      'by a web site that has no such page',
      says(404, '<html>'),
      ['get', KES],
      {
        code: 'CLUSTER_REFUSED',
        message: expect.stringContaining('TARGET: answers 404 to GET /apis/certificates.k8s.io/v1'),
        hint: NO_SERVER,
      },
    ],
    [
      'by a program in Go that has no such page',
      says(404, '404 page not found\n'),
      ['get', KES],
      { code: 'CLUSTER_REFUSED', hint: NO_SERVER },
    ],
    [
      'by a switch to another protocol',
      (request) => {
        request.socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        );
      },
      ['get', KES],
      { code: 'CLUSTER_REFUSED', message: 'TARGET: answers 101' },
    ],
    [
      'the right to approve for a signer',
      failure(
        403,
        'Forbidden',
        'certificatesigningrequests.certificates.k8s.io "kes-2-3f9ab2c1" is forbidden: user not permitted to approve requests with signerName "x"',
      ),
      ['replace', { ...KES, subresource: 'approval' }, {}],
      {
        code: 'CLUSTER_FORBIDDEN',
        message:
          'you may not update certificatesigningrequests.certificates.k8s.io/approval kes-2-3f9ab2c1',
      },
    ],
    [
      'an object, by admission',
      failure(403, 'Forbidden', 'use of system:masters group is not allowed'),
      ['create', CSR, {}],
      {
        code: 'CLUSTER_REFUSED',
        message:
          'TARGET: refuses POST /apis/certificates.k8s.io/v1/certificatesigningrequests: use of system:masters group is not allowed',
      },
    ],
    [
      'a path',
      failure(403, 'Forbidden', 'User "jane" cannot get path "/version"'),
      ['get', '/version'],
      {
        code: 'CLUSTER_REFUSED',
        message: 'TARGET: refuses GET /version: User "jane" cannot get path "/version"',
      },
    ],
    [
      'an invalid object, in words that are cut',
      failure(422, 'Invalid', 'x'.repeat(5000)),
      ['create', CSR, {}],
      {
        code: 'CLUSTER_REFUSED',
        message: `TARGET: refuses POST /apis/certificates.k8s.io/v1/certificatesigningrequests: ${'x'.repeat(600)}…`,
      },
    ],
    [
      'a request, in words that hold its token',
      failure(400, 'BadRequest', `bad header Authorization: Bearer ${TOKEN}`),
      ['get', '/version'],
      {
        code: 'CLUSTER_REFUSED',
        message: 'TARGET: refuses GET /version: bad header Authorization: Bearer [credential]',
      },
    ],
    [
      'one request too many',
      failureAfter(3600),
      ['get', '/version'],
      {
        code: 'CLUSTER_REFUSED',
        message: 'TARGET: refuses GET /version: too many requests, please try again later',
        hint: 'wait a little, and run it again',
      },
    ],
    [
      'a name in use for another reason',
      failure(409, 'Conflict', 'object is being deleted'),
      ['create', CSR, {}],
      { code: 'CLUSTER_REFUSED' },
    ],
    [
      'by a web site',
      says(200, '<html>'),
      ['get', '/version'],
      {
        code: 'CLUSTER_REFUSED',
        message: 'TARGET: answers with something that is no JSON object',
        hint: NO_SERVER,
      },
    ],
    [
      'with a list for an object',
      says(200, '[]'),
      ['get', '/version'],
      { code: 'CLUSTER_REFUSED', hint: NO_SERVER },
    ],
    [
      'by a gateway',
      says(502, '<html>'),
      ['get', '/version'],
      { code: 'CLUSTER_REFUSED', message: 'TARGET: answers 502 to GET /version', hint: NO_SERVER },
    ],
    [
      'with a redirect, which is not followed',
      says(302, '', { Location: 'https://192.0.2.1/login' }),
      ['get', '/version'],
      { code: 'CLUSTER_REFUSED', message: 'TARGET: redirects to GET /version', hint: NO_SERVER },
    ],
    [
      'without end',
      (_, response) => {
        response.end(Buffer.alloc(17 * 1024 * 1024, ' '));
      },
      ['get', '/version'],
      { code: 'CLUSTER_REFUSED', message: 'TARGET: answers with more than 16 MiB' },
    ],
  ])('%s is told', async (_, answer, call, expected) => {
    const server = await served(answer);
    const { error } = await askWith(kubeconfig(server), call);
    const target = `${server} (context test)`;
    expect({ ...error, message: error?.message.replace(target, 'TARGET') }).toMatchObject(expected);
  });
});

it('a password that is sent back is withheld', async () => {
  const server = await served(
    failure(400, 'BadRequest', `${TOKEN}, and Basic ${base64(`admin:${TOKEN}`)}`),
  );
  const user = { username: 'admin', password: TOKEN };
  const { error, seen } = await askWith(kubeconfig(server, { user }));
  expect(error?.message).toContain('refuses GET /version: [credential], and Basic [credential]');
  expect(seen).not.toContain(base64(`admin:${TOKEN}`));
});

describe('an API server that cannot be reached', () => {
  const closedPort = async (): Promise<number> => {
    const server = netServer();
    const port = await listening(server);
    await new Promise((done) => server.close(done));
    return port;
  };
  const hanging: RequestListener = () => undefined;

  it.each<[string, () => Promise<string>, string, string]>([
    [
      'with nothing that listens',
      async () => kubeconfig(`https://127.0.0.1:${await closedPort()}`),
      'nothing listens there',
      'is it running, and is this its address?',
    ],
    [
      'with a name that is not known',
      () => Promise.resolve(kubeconfig('https://no-such-host.invalid')),
      'its name is not known',
      'look at the spelling, the DNS, or the VPN',
    ],
    [
      'of another CA',
      async () => {
        const other = await authority('Other CA');
        return kubeconfig(await served(VERSION), {
          cluster: { 'certificate-authority-data': base64(other.pem) },
        });
      },
      'its certificate comes from a CA that is not trusted here',
      'compare certificate-authority of the kubeconfig with the CA of the cluster',
    ],
    [
      'whose certificate has expired',
      async () => {
        const { certificate: cert, key } = await ca.sign(['127.0.0.1'], -1);
        return kubeconfig(await served(VERSION, { cert, key }));
      },
      'its certificate, or one of its chain, has expired',
      'renew it (kubeadm certs check-expiration), or set the clock of this machine',
    ],
    [
      'whose certificate has other names',
      async () => {
        const { certificate: cert, key } = await ca.sign(['kubernetes.default']);
        return kubeconfig(await served(VERSION, { cert, key }));
      },
      'its certificate is for other names than this one',
      'use one of its names, or set tls-server-name in the kubeconfig',
    ],
    [
      'that speaks HTTP',
      async () => kubeconfig(`https://127.0.0.1:${await listening(plainServer(VERSION))}`),
      'what answers there does not speak TLS',
      'is this the right port?',
    ],
    [
      'that refuses the handshake',
      async () => {
        const alert = Buffer.from('15030300020228', 'hex');
        const port = await listening(
          netServer((socket) => socket.once('data', () => socket.end(alert))),
        );
        return kubeconfig(`https://127.0.0.1:${port}`);
      },
      'it broke off the TLS handshake',
      'is the client certificate of the kubeconfig for this cluster, and still valid?',
    ],
    [
      'that closes the connection',
      async () =>
        kubeconfig(
          await served((request) => {
            request.socket.destroy();
          }),
        ),
      'it closed the connection',
      'run it again',
    ],
    [
      'that does not answer',
      async () => kubeconfig(await served(hanging)),
      'no answer within 0.4 s',
      'look at its address, the network, a firewall or the VPN',
    ],
    [
      'that does not end its answer',
      async () =>
        kubeconfig(
          await served((_, response) => {
            response.write('{');
          }),
        ),
      'no answer within 0.4 s',
      'look at its address',
    ],
    [
      'that accepts and says nothing',
      async () => kubeconfig(`https://127.0.0.1:${await listening(netServer())}`),
      'no answer within 0.4 s',
      'look at its address',
    ],
    ...['http', 'socks5'].map((scheme): [string, () => Promise<string>, string, string] => [
      `behind a proxy that accepts and says nothing (${scheme})`,
      async () => {
        const port = await listening(netServer());
        return kubeconfig('https://192.0.2.1', {
          cluster: { 'proxy-url': `${scheme}://127.0.0.1:${port}` },
        });
      },
      'no answer within 0.4 s',
      'look at its address',
    ]),
    [
      'behind a proxy that refuses',
      async () => {
        const proxy = plainServer();
        proxy.on('connect', (_, socket) => {
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        });
        const port = await listening(proxy);
        return kubeconfig('https://192.0.2.1', {
          cluster: { 'proxy-url': `http://jane:${TOKEN}@127.0.0.1:${port}` },
        });
      },
      'the proxy answers 407',
      'look at proxy-url of the kubeconfig',
    ],
  ])('%s is told with why and what next', async (_, text, words, next) => {
    const written = await text();
    const { error } = await askWith(written, ['get', '/version'], 400);
    const { server } = (JSON.parse(written) as { clusters: [{ cluster: { server: string } }] })
      .clusters[0].cluster;
    expect(error?.message.replace(/, through the proxy 127\.0\.0\.1:\d+\)/, ')')).toBe(
      `${server} (context test): ${words}`,
    );
    expect(error?.code).toBe('CLUSTER_UNREACHABLE');
    expect(error?.hint).toContain(next);
  });

  it('is not waited for once more by each request that has not got its turn', async () => {
    let asked = 0;
    const server = await served(() => {
      asked += 1;
    });
    const { error } = await ask({
      options: { kubeconfig: fileOf(kubeconfig(server)) },
      timeout: 400,
      atOnce: true,
      calls: Array.from({ length: 40 }, () => ['get', '/version']),
    });
    expect(error?.message).toContain('no answer within 0.4 s');
    // As many as have their turn at once.
    expect(asked).toBeLessThanOrEqual(8);
  });

  it('is no nearer behind a proxy that nobody vouches for, whatever the environment says', async () => {
    const other = await (await authority('Other CA')).sign(['127.0.0.1']);
    const port = await listening(httpsServer({ cert: other.certificate, key: other.key }));
    const cluster = { 'proxy-url': `https://127.0.0.1:${port}` };
    const { error } = await ask({
      options: { kubeconfig: fileOf(kubeconfig('https://192.0.2.1', { cluster })) },
      environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      calls: [['get', '/version']],
      timeout: 2000,
    });
    expect(error?.message).toContain('a CA that is not trusted here');
  });

  it('is not believed because the environment says so', async () => {
    const other = await authority('Other CA');
    const text = kubeconfig(await served(VERSION), {
      cluster: { 'certificate-authority-data': base64(other.pem) },
    });
    const { error } = await ask({
      options: { kubeconfig: fileOf(text) },
      environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      calls: [['get', '/version']],
    });
    expect(error?.message).toContain('a CA that is not trusted here');
  });
});

describe('the certificate that a server presents', () => {
  it.each<[string, ServerOptions]>([
    ['whoever signed it', {}],
    [
      'although it wants a client certificate (TLS 1.3)',
      { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    ],
    [
      'although it wants a client certificate (TLS 1.2)',
      { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
    ],
  ])('is read, %s', async (_, options) => {
    const { certificate, key } = here;
    const chain = `${certificate}\n${ca.pem}\n`;
    const port = await listening(tlsServer({ cert: chain, key, ...options }));
    const pems = await servedCertificate({ host: '127.0.0.1', port });
    expect(pems.map((pem) => pem.trim())).toEqual([certificate, ca.pem].map((pem) => pem.trim()));
  });

  it('is the one for the name that is asked for', async () => {
    const names: string[] = [];
    const { certificate: cert, key } = here;
    const port = await listening(
      tlsServer({
        cert,
        key,
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      }),
    );
    await servedCertificate({ host: 'localhost', port });
    await servedCertificate({ host: '127.0.0.1', port }, { serverName: 'kes.example.com' });
    expect(names).toEqual(['localhost', 'kes.example.com']);
  });

  it.each<[string, () => Server, string]>([
    ['does not speak TLS', () => plainServer(), 'what answers there does not speak TLS'],
    ['says nothing', () => netServer(), 'no answer within 0.2 s'],
    [
      'closes the connection',
      () => netServer((socket) => socket.destroy()),
      'it closed the connection',
    ],
  ])('is not there when it %s', async (_, server, words) => {
    const port = await listening(server());
    await expect(servedCertificate({ host: '127.0.0.1', port }, {}, 200)).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: `127.0.0.1:${port}: ${words}`,
    });
  });

  it.each([
    ['kes.example.com:7373', { host: 'kes.example.com', port: 7373 }],
    ['192.0.2.1:443', { host: '192.0.2.1', port: 443 }],
    ['[::1]:7373', { host: '::1', port: 7373 }],
  ])('is at %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  it.each(['kes', 'kes:', ':7373', 'kes:0', 'kes:65536', '::1:7373', '[kes]:1', 'https://kes:1'])(
    'is not at %s',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(`${text} is not host:port`);
    },
  );
});
