import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import type { Ask, Choice } from '../../lib/cli/ask';
import { ReleafError } from '../../lib/model/errors';
import { createLocalCa } from '../../lib/x509/local-ca';
import { encodePem } from '../../lib/x509/pem';
import { PrivateKey } from '../../lib/x509/private-key';
import {
  daysAfter,
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  type Files,
} from '../harness';
import { traceOf } from '../untouched';
import { git, RECIPIENT, REPOSITORIES, repositoryOf } from './repositories';

const CI = ['.releaf/pull-requests.sh', '.github/workflows/releaf.yaml'];
const GITLAB_CI = ['.releaf/pull-requests.sh', '.releaf/gitlab-ci.yml', '.gitlab-ci.yml'];
const { version } = jest.requireActual<{ version: string }>('../../package.json');
const PACKED = `.releaf/releaf-${version}.tgz`;

let ca: Files;
let caFolder: string;
beforeAll(() => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { certificate } = createLocalCa(PrivateKey.of(privateKey, 'ecdsa-p256'), 'the cluster', {
    notBefore: daysAfter(-1),
    notAfter: daysAfter(3650),
    serialNumber: Buffer.from([1]),
  });
  ca = {
    'ca.crt': certificate.pem,
    'ca.key': encodePem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
  caFolder = folderOf(ca);
});
afterAll(removeFolders);

const init = (root: string, ...args: readonly string[]) => releaf(['init', ...args, '-C', root]);
/** As it tells them from where the test stands. */
const written = (root: string, stderr: string): readonly string[] =>
  Array.from(stderr.matchAll(/^wrote {4}(.*)/gm), ([, file = '']) => relative(root, file));
const configOf = (root: string): unknown => parse(read(root, 'releaf.yaml'));
const repository = (name: keyof typeof REPOSITORIES): string => {
  const one: { files: Files; remote?: string } = REPOSITORIES[name];
  return repositoryOf(one.files, one.remote);
};

/** Runs what is left to do, as the cluster would answer; the app of the team is not built here. */
async function goOn(root: string): Promise<void> {
  const { stdout: plan, status } = await releaf(['plan', '-C', root]);
  expect({ plan, status }).toEqual({
    plan: expect.stringContaining('there is no certificate yet') as string,
    status: 0,
  });
  await succeeds(['renew', '-C', root]);
  const { stdout: chain } = await succeeds(['sign', '--ca', caFolder, '--print', '-C', root]);
  await succeeds(['fetch', '--from', '-', '-C', root], chain);
  await succeeds(['synth', '-C', root]);
  expect((await succeeds(['verify', '-C', root])).stderr).toBe(
    'all right: 1 certificate, 1 issued\n',
  );
}

async function succeeds(argv: readonly string[], stdin = '') {
  const ran = await releaf(argv, { stdin });
  expect({ argv, ...ran }).toMatchObject({ status: 0 });
  return ran;
}

describe('in the repository of a newcomer', () => {
  it.each([
    {
      name: 'empty' as const,
      why: ['found nothing; edit the names', 'found neither Argo CD nor Flux'],
      wrote: ['.gitignore', 'releaf.yaml'],
      config: {
        delivery: 'kubectl',
        defaults: {
          sealing: { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' },
        },
        certificates: {
          web: {
            dnsNames: ['web.default.svc', 'web.default.svc.cluster.local'],
            signer: 'kubernetes.io/kubelet-serving',
            commonName: 'system:node:web',
            subject: { organizations: ['system:nodes'] },
            duration: '90d',
            secret: { name: 'web-tls', namespace: 'default' },
          },
        },
      },
    },
    {
      name: 'argoCd' as const,
      why: [
        'Deployment shop/web            found web/web.yaml',
        'argo-cd                        found apps/shop.yaml',
        'github                         found .github/',
      ],
      wrote: [...CI, '.gitignore', 'releaf.yaml'],
      config: {
        delivery: 'argo-cd',
        certificates: {
          web: {
            dnsNames: ['web.shop.svc', 'web.shop.svc.cluster.local'],
            secret: { name: 'web-tls', namespace: 'shop' },
            restart: [
              {
                file: 'web/web.yaml',
                annotations: 'spec.template.metadata.annotations',
                object: { kind: 'Deployment', name: 'web' },
              },
            ],
          },
        },
      },
    },
    {
      name: 'flux' as const,
      why: [
        'flux                           found clusters/prod/flux-system/gotk-sync.yaml',
        'sops                           found .sops.yaml',
        'gitlab                         the remote is at gitlab.example.com',
      ],
      wrote: ['.releaf/pull-requests.sh', '.releaf/gitlab-ci.yml', '.gitignore', 'releaf.yaml'],
      config: {
        delivery: {
          type: 'flux',
          kustomizations: {
            path: '.',
            source: { kind: 'GitRepository', name: 'fleet' },
            decryptionSecret: 'age-identity',
          },
        },
        // No creation rule is for dist/, so the config says them.
        defaults: { sealing: { type: 'sops', recipients: [RECIPIENT] } },
      },
    },
    {
      name: 'tenant' as const,
      why: [
        'MinIO KES of Tenant default/myminio  found values.yaml',
        'github                               the remote is at github.com',
      ],
      wrote: [...CI, '.gitignore', 'releaf.yaml'],
      config: {
        certificates: {
          kes: {
            profile: { name: 'minio-kes', tenant: 'myminio', replicas: 3 },
            secret: { name: 'kes-server', namespace: 'default' },
            ca: 'ca.pem',
            references: [
              {
                file: 'values.yaml',
                name: 'tenant.kes.externalCertSecret.name',
                type: 'tenant.kes.externalCertSecret.type',
              },
            ],
            restart: [
              { file: 'values.yaml', annotations: 'tenant.annotations' },
              {
                file: 'values.yaml',
                annotations: 'tenant.pools[0].annotations',
                digestOf: 'ca',
              },
            ],
          },
        },
      },
    },
  ])('$name: what was found becomes a config that works', async ({ name, why, wrote, config }) => {
    const root = repository(name);
    const before = filesIn(root);
    const { status, stdout, stderr } = await init(root, '--yes');
    expect(status).toBe(0);
    for (const words of why) expect(stdout).toContain(words);
    expect(written(root, stderr)).toEqual(wrote);
    expect(configOf(root)).toMatchObject({ version: 1, ...config });
    expect(filesIn(root)).toMatchObject(before);
    writeFileSync(join(root, 'sealing-certificate.pem'), SEALING_CERTIFICATE);
    writeFileSync(join(root, 'ca.pem'), ca['ca.crt'] ?? '');
    await goOn(root);
    expect((await init(root, '--yes')).stdout).toBe(
      'nothing to do: releaf.yaml is there; releaf adopt adds what a cluster has\n',
    );
  });

  it('tells what is needed before the first request, as it is typed', async () => {
    const root = repository('tenant');
    const { stderr } = await init(root, '--yes');
    expect(stderr).toMatch(
      new RegExp(
        [
          `next: cp /path/to/releaf-${version}.tgz ${root}/.releaf/   # releaf is not published yet; CI installs it from there`,
          ` {6}releaf doctor --sealing-certificate -C ${root} > ${root}/sealing-certificate.pem`,
          ` {6}kubectl get configmap kube-root-ca.crt -o jsonpath='\\{.data.ca\\\\.crt\\}' > ${root}/ca.pem`,
          ` {6}releaf renew -C ${root}\nwhere docs/ is: releaf --help\n$`,
        ].join('\n'),
      ),
    );
    const ready = repositoryOf({ 'sealed/sealing.pem': SEALING_CERTIFICATE });
    expect((await init(ready, '--yes')).stderr).toContain(
      `next: releaf plan -C ${ready}\n      releaf renew -C ${ready}\n      releaf pr -C ${ready}\n`,
    );
    expect(configOf(ready)).toMatchObject({
      defaults: { sealing: { type: 'sealed-secrets', certificate: 'sealed/sealing.pem' } },
    });
    await goOn(ready);
  });

  it('gives the lines to paste in a cdk8s app, and those that .gitignore needs', async () => {
    const root = repository('cdk8s');
    const before = read(root, '.gitignore');
    const { stderr } = await init(root, '--yes');
    expect(stderr).toContain(
      `next: (cd ${root} && npm install /path/to/releaf-${version}.tgz)\n      releaf doctor`,
    );
    expect(stderr).toContain(
      [
        '.gitignore needs 3 lines more:',
        `      printf '\\n%s' .releaf-tmp/ '!/dist/' '!/dist/**' '' >> ${root}/.gitignore`,
        'the app (npx ts-node main.ts) needs two lines, with releaf among its dependencies:',
        "      import { loadCertificates, RotatingCertificate } from 'releaf';",
        '      // in the constructor of a Chart:',
        "      RotatingCertificate.from(this, loadCertificates(), 'web');",
        '',
      ].join('\n'),
    );
    expect(read(root, '.gitignore')).toBe(before);
  });

  it.each([
    ['dist/ of cdk8s', 'node_modules\ndist/'],
    ['all PEM files', '*.pem\n'],
    ['all but some', 'dist/*\ncertificates\n*.pem'],
  ])('prints a command that has git take what must be committed: %s', async (_, ignored) => {
    const root = repositoryOf({ '.gitignore': ignored });
    const { stderr } = await init(root, '--yes');
    const [command = ''] = /printf .*/.exec(stderr) ?? [];
    expect(spawnSync('sh', ['-c', command]).status).toBe(0);
    writeFileSync(join(root, 'sealing-certificate.pem'), SEALING_CERTIFICATE);
    await goOn(root);
    expect((await init(root)).stderr).not.toContain('.gitignore');
    expect(spawnSync('git', ['-C', root, 'check-ignore', '.releaf-tmp/x']).status).toBe(0);
  });
});

describe('where things belong', () => {
  it('writes the workflow at the top of the repository for a folder below', async () => {
    const root = repositoryOf({ 'clusters/prod/note.txt': 'x', '.github/CODEOWNERS': 'x' });
    const { stderr } = await init(join(root, 'clusters/prod'), '--yes');
    expect(stderr).toContain(`wrote    ${root}/.github/workflows/releaf.yaml\n`);
    const workflow = read(root, '.github/workflows/releaf.yaml');
    expect(parse(workflow)).toMatchObject({
      env: { RELEAF_FOLDERS: 'clusters/prod', RELEAF_PACKAGE: PACKED },
    });
    const test = join(root, 'clusters/test');
    mkdirSync(test);
    const second = await init(test, '--yes');
    expect(second.stderr).toContain(
      `kept     ${root}/.github/workflows/releaf.yaml, which is there already\n`,
    );
    expect(second.stderr).toContain(
      '.github/workflows/releaf.yaml needs clusters/test among RELEAF_FOLDERS\n',
    );
    expect(read(root, '.github/workflows/releaf.yaml')).toBe(workflow);
  });

  it('includes the jobs in .gitlab-ci.yml where there is none, and else says how', async () => {
    const fresh = repositoryOf({}, 'https://gitlab.com/team/shop.git');
    expect(written(fresh, (await init(fresh, '--yes')).stderr)).toEqual([
      ...GITLAB_CI,
      '.gitignore',
      'releaf.yaml',
    ]);
    expect(parse(read(fresh, '.releaf/gitlab-ci.yml'))).toMatchObject({
      '.releaf': { variables: { RELEAF_FOLDERS: '.', RELEAF_PACKAGE: PACKED } },
    });
    expect(parse(read(fresh, '.gitlab-ci.yml'))).toEqual({
      include: [{ local: '.releaf/gitlab-ci.yml' }],
    });
    const root = repository('flux');
    expect((await init(root, '--yes')).stderr).toContain(
      '.gitlab-ci.yml needs these lines:\n      include:\n        - local: .releaf/gitlab-ci.yml\n',
    );
  });

  it.each([
    [{ '.github/x': '' }, undefined, 'github', 'found .github/'],
    [{ '.gitlab-ci.yml': '' }, undefined, 'gitlab', 'found .gitlab-ci.yml'],
    [{ '.gitlab-ci.yml': '' }, '/srv/git/shop.git', 'gitlab', 'found .gitlab-ci.yml'],
    [{ '.github/x': '' }, 'ssh://git@gitlab.com:22/a/b', 'gitlab', 'the remote is at gitlab.com'],
    [
      {},
      'https://user:word@github.example.com/a/b',
      'github',
      'the remote is at github.example.com',
    ],
    [{}, 'git@GitHub.com:a/b.git', 'github', 'the remote is at github.com'],
    [{}, 'https://notgithub.com/a/b', 'none', 'found neither GitHub nor GitLab'],
  ])('knows the forge: %j, %s', async (files, remote, ci, why) => {
    const { stdout } = await init(repositoryOf(files, remote), '--yes');
    expect(stdout).toMatch(new RegExp(`^ci +${ci} +${why.replaceAll('.', '\\.')}$`, 'm'));
  });

  it('takes the CA beside the config, and the schema of the package', async () => {
    const root = repositoryOf({
      ...REPOSITORIES.tenant.files,
      'ca.crt': ca['ca.crt'] ?? '',
      'node_modules/releaf/releaf.schema.json': '{}',
    });
    await init(root, '--yes');
    expect(read(root, 'releaf.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\/node_modules\/releaf\/releaf\.schema\.json\n/,
    );
    expect(configOf(root)).toMatchObject({ certificates: { kes: { ca: 'ca.crt' } } });
  });

  const REPORTED = 'web/dist/kustomizations/releaf.k8s.yaml';
  const LISTING = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

  it('has Flux apply its objects by the kustomization.yaml that is there', async () => {
    const root = repositoryOf({
      ...REPOSITORIES.flux.files,
      'clusters/prod/kustomization.yaml': `${LISTING}resources: [flux-system]\n`,
      'clusters/prod/web/note.txt': '',
    });
    const folder = join(root, 'clusters/prod/web');
    const { stderr } = await init(folder, '--yes');
    expect(stderr).toContain(
      `Flux must apply clusters/prod/${REPORTED}, which does the rest (docs/flux.md): add to the resources of clusters/prod/kustomization.yaml\n      - ${REPORTED}\n`,
    );
    expect(stderr).not.toContain('warning: Flux takes');
    expect(configOf(folder)).toMatchObject({
      delivery: { kustomizations: { path: 'clusters/prod/web' } },
      defaults: { sealing: { type: 'sops' } },
    });
  });

  it('lists what Flux applies so far in a kustomization.yaml that is to be made, or Flux would delete it', async () => {
    const root = repositoryOf({
      ...REPOSITORIES.flux.files,
      'clusters/prod/shop.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
      'clusters/prod/cache/kustomization.yaml': `${LISTING}resources: [a.yaml]\n`,
      'clusters/prod/cache/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n',
      'clusters/prod/web/note.txt': '',
      'clusters/test/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\n',
    });
    const { stderr } = await init(join(root, 'clusters/prod/web'), '--yes');
    expect(stderr).toContain(
      [
        `Flux must apply clusters/prod/${REPORTED}, which does the rest (docs/flux.md): make clusters/prod/kustomization.yaml, whole`,
        '      so far Flux applies every manifest below clusters/prod; with the file, what it lists alone: the rest it takes for gone, and deletes with prune',
        '      apiVersion: kustomize.config.k8s.io/v1beta1',
        '      kind: Kustomization',
        '      resources:',
        '        - cache',
        '        - flux-system/gotk-sync.yaml',
        '        - shop.yaml',
        `        - ${REPORTED}`,
        'warning: Flux takes every YAML file below clusters/prod for a manifest, until a kustomization.yaml there lists them',
        'the Kustomization of what mounts the Secret waits for it with dependsOn: [{ name: releaf-secrets }]',
      ].join('\n'),
    );
  });

  it('says what else serves TLS, each Secret once, and how each gets an entry', async () => {
    const { 'web/web.yaml': web } = REPOSITORIES.argoCd.files;
    const servers = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `web-${index}.yaml`,
          web.replaceAll(/(?<=name: |secretName: )web/g, `web-${index}`),
        ]),
      );
    const both = { ...servers(3), 'z.yaml': servers(3)['web-1.yaml'] ?? '' };
    const saidFor = async (files: Files, ...args: readonly string[]) =>
      (await init(repositoryOf(files), '--yes', ...args)).stderr;
    expect(await saidFor(servers(1))).not.toContain('more with a Secret for TLS');
    expect(await saidFor(both)).toMatch(
      /\nfound 2 more with a Secret for TLS: Deployment default\/web-1, Deployment default\/web-2; an entry each: copy that one, or releaf adopt NAMESPACE\/SECRET -C \S+\nnext: /,
    );
    expect(await saidFor(servers(2), '--name', 'shop/web-1')).toContain(
      '\nfound 1 more with a Secret for TLS: Deployment default/web-0; ',
    );
    expect(await saidFor(servers(8))).toMatch(
      /\nfound 7 more with a Secret for TLS: (?:Deployment default\/web-[1-5], ){4}Deployment default\/web-5 and 2 more; /,
    );
  });

  it('names a Service once, however many overlays say it again', async () => {
    const { 'web/web.yaml': web } = REPOSITORIES.argoCd.files;
    const root = repositoryOf({ 'base/web.yaml': web, 'overlays/test/web.yaml': web });
    expect((await init(root, '--yes')).status).toBe(0);
    expect(configOf(root)).toMatchObject({
      certificates: { web: { dnsNames: ['web.default.svc', 'web.default.svc.cluster.local'] } },
    });
  });

  it('names no file where nothing tells what Flux applies', async () => {
    const { stderr } = await init(repositoryOf({}), '--yes', '--delivery', 'flux');
    expect(stderr).toContain(
      'add it to the resources of a kustomization.yaml that Flux applies\n      where that folder has none yet, a new one must list its other manifests too',
    );
  });

  it.each([
    [
      'that there is',
      { 'overlays/prod/kustomization.yaml': 'resources: [../../base]\n' },
      [
        'overlays/prod/kustomization.yaml, or another overlay, needs this among its components (docs/kustomize.md):',
        '      - ../../dist',
      ],
    ],
    [
      'with what is there already, where there is none',
      { 'web.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n' },
      [
        'no kustomization.yaml was found; kustomization.yaml with all manifests of the folder (docs/kustomize.md):',
        '      apiVersion: kustomize.config.k8s.io/v1beta1',
        '      kind: Kustomization',
        '      resources:',
        '        - web.yaml',
        '      components:',
        '        - dist',
      ],
    ],
  ])('has Kustomize include dist/ by a kustomization.yaml %s', async (_, files: Files, lines) => {
    const root = repositoryOf(files);
    const { stderr } = await init(root, '--yes', '--delivery', 'kustomize');
    expect(stderr).toContain(lines.join('\n'));
    // What certificates share is not there before it, and verify would miss it.
    expect(stderr).toContain(`      releaf synth -C ${root}\n      releaf renew -C ${root}\n`);
  });

  it('says what Argo CD must be told', async () => {
    const { 'apps/shop.yaml': app, ...others } = REPOSITORIES.argoCd.files;
    const recursing = app.replace('path: web,', 'path: web, directory: { recurse: true },');
    const saidFor = async (files: Files, folder = 'web') =>
      (await init(join(repositoryOf({ ...others, ...files }), folder), '--yes')).stderr;
    const [said, elsewhere] = [
      await saidFor({ 'apps/shop.yaml': app }, '.'),
      await saidFor(
        { 'apps/shop.yaml': app.replace('path: web,', 'path: api,'), 'api/a.txt': '' },
        '.',
      ),
    ];
    expect(said).toContain('Argo CD must apply dist/');
    expect(said).toMatch(
      /\n {6}or have the config in web, which Argo CD applies already: releaf init -C \/\S+\/web\n/,
    );
    expect(elsewhere).toContain('Argo CD must apply dist/');
    expect(elsewhere).not.toContain('or have the config');
    expect(await saidFor({ 'apps/shop.yaml': recursing })).not.toContain('Argo CD must');
    expect(await saidFor({ 'apps/shop.yaml': app })).toContain(
      'the one that applies web takes what is below, with directory: { recurse: true,',
    );
    const listed = { 'web/kustomization.yaml': 'resources: [web.yaml]\n' };
    expect(await saidFor({ 'apps/shop.yaml': recursing, ...listed })).toContain(
      'web/kustomization.yaml has it apply what it lists alone: name web/dist among its sources instead',
    );
  });

  it('takes what serves in another folder for that folder’s', async () => {
    const root = repositoryOf({
      'prod/web.yaml': REPOSITORIES.argoCd.files['web/web.yaml'],
      'prod/values.yaml': REPOSITORIES.tenant.files['values.yaml'],
      'test/note.txt': '',
    });
    const { stdout } = await init(join(root, 'test'), '--yes');
    expect(stdout).toContain('serves TLS  Service default/web            found nothing');
  });

  it('leaves the recipients to the creation rules where one is for dist/', async () => {
    const root = repositoryOf({ '.sops.yaml': `creation_rules: [{ age: ${RECIPIENT} }]\n` });
    await init(root, '--yes');
    expect(configOf(root)).toMatchObject({ defaults: { sealing: { type: 'sops' } } });
    expect(read(root, 'releaf.yaml')).not.toContain(RECIPIENT);
    await goOn(root);
  });
});

describe('what is there', () => {
  it('stays: nothing is overwritten', async () => {
    const own = {
      '.github/workflows/releaf.yaml': 'name: ours\n',
      '.releaf/pull-requests.sh': '# ours\n',
      '.gitignore': '.releaf-tmp/\n',
    };
    const root = repositoryOf(own);
    const before = traceOf(root);
    const { stderr } = await init(root, '--yes');
    expect(stderr).toContain(
      `kept     ${root}/.releaf/pull-requests.sh, which is there already\nkept     ${root}/.github/workflows/releaf.yaml, which is there already\n`,
    );
    expect(traceOf(root)).toMatchObject(before);
    const after = traceOf(root);
    expect((await init(root, '--yes', '--profile', 'minio-kes')).status).toBe(0);
    expect(traceOf(root)).toEqual(after);
  });

  it('writes nothing with --dry-run, and prints it all', async () => {
    const root = repository('argoCd');
    const before = traceOf(root);
    const { stdout, stderr } = await init(root, '--yes', '--dry-run');
    expect(traceOf(root)).toEqual(before);
    expect(stdout.startsWith(`--- ${root}/.releaf/pull-requests.sh\n#!/bin/sh\n`)).toBe(true);
    expect(stdout).toContain(`\n--- ${root}/releaf.yaml\n# What releaf keeps valid.`);
    expect(stderr).toContain('nothing is written: --dry-run\n');
    await init(root, '--yes');
    expect(stdout).toContain(read(root, 'releaf.yaml'));
  });

  it('tells a config without certificates how it gets one', async () => {
    const root = repositoryOf({ 'releaf.yaml': 'version: 1\ncertificates: {}\n' });
    expect((await init(root, '--yes')).stderr).toContain(
      `releaf.yaml has no certificates yet: releaf adopt NAMESPACE/SECRET -C ${root} writes the entry`,
    );
  });

  it('adds the workflow to a folder that has a config when it is asked for', async () => {
    const root = repository('empty');
    await init(root, '--yes');
    const config = read(root, 'releaf.yaml');
    const { stderr } = await init(root, '--ci', 'github');
    expect(written(root, stderr)).toEqual(CI);
    expect(read(root, 'releaf.yaml')).toBe(config);
  });

  it('refuses to write through a link out of the repository, and writes nothing', async () => {
    const elsewhere = folderOf({});
    const root = repositoryOf({});
    symlinkSync(elsewhere, join(root, '.github'));
    const { status, stderr } = await init(root, '--yes');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'error PATH_OUTSIDE: .github/workflows/releaf.yaml leads out of the folder',
    );
    expect(filesIn(elsewhere)).toEqual({});
    expect(Object.keys(filesIn(root))).not.toContain('releaf.yaml');
  });

  it('looks only, where the repository is hostile', async () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnopqrstuvwxyz'.split('').map((letter) => {
        const before = String.fromCharCode(letter.charCodeAt(0) - 1);
        return `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    const root = repositoryOf({
      'bomb.yaml': `tenant:\n  kes: {}\n${bomb}\n`,
      'deep.yaml': `tenant: ${'['.repeat(100_000)}\n`,
      'binary.yaml': 'tenant:\0\u0001',
      'conflict.yaml': '<<<<<<< a\ntenant: 1\n=======\ntenant: 2\n>>>>>>> b\n',
      'proto.yaml': '__proto__: { tenant: { kes: { configuration: x } } }\n',
      'name.yaml': `apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: "x\\ndelivery: y", namespace: "$(id)" }
spec: { kes: { replicas: -1 }, pools: 7 }
`,
      'not.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      ...Object.fromEntries([
        [`${'d/'.repeat(40)}x.yaml`, 'tenant: { kes: { configuration: x } }'],
      ]),
    });
    symlinkSync('/', join(root, 'everything'));
    symlinkSync('.', join(root, 'again'));
    symlinkSync('/etc/hosts', join(root, 'link.yaml'));
    expect(spawnSync('mkfifo', [join(root, 'pipe.yaml')]).status).toBe(0);
    const { status, stdout } = await init(root, '--yes');
    expect(status).toBe(0);
    expect(stdout).toContain('serves TLS  Service default/web            found nothing');
  });

  it('quotes and escapes names of files, whatever they are', async () => {
    const manifest = `apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: kes, namespace: storage }
spec: { kes: { replicas: 1 }, pools: [{ name: a }] }
`;
    const file = "yes: 'no' # {x}.yaml";
    const root = repositoryOf({ [file]: manifest, 'z/a\nb.yaml': manifest });
    expect((await init(root, '--yes')).status).toBe(0);
    expect(configOf(root)).toMatchObject({
      certificates: {
        kes: {
          references: [{ file }],
          restart: [{ file, object: { kind: 'Tenant', name: 'kes' } }, { file }],
        },
      },
    });
  });
});

describe('the answers', () => {
  const product = (['generic', 'minio-kes'] as const).flatMap((profile) =>
    (['kubectl', 'kustomize', 'argo-cd', 'flux'] as const).flatMap((delivery) =>
      (['sealed-secrets', 'sops'] as const).map((sealing) => ({ profile, delivery, sealing })),
    ),
  );
  const signers = [
    'kubernetes.io/kubelet-serving',
    'clusterissuers.cert-manager.io/internal',
    'local',
  ];
  const ci = ['github', 'gitlab', 'none'];

  // Every signer with each of them: test/config/init/config-text.test.ts.
  it('give a config that works, whatever they are', async () => {
    const bases: readonly Files[] = [
      {},
      { ...REPOSITORIES.tenant.files, 'web.yaml': REPOSITORIES.argoCd.files['web/web.yaml'] },
    ];
    for (const [index, { profile, delivery, sealing }] of product.entries()) {
      const root = folderOf({
        ...bases[index % bases.length],
        'ca.pem': ca['ca.crt'] ?? '',
        'sealing-certificate.pem': SEALING_CERTIFICATE,
        '.sops.yaml': `creation_rules: [{ age: ${RECIPIENT} }]\n`,
      });
      const flags = ['--profile', profile, '--delivery', delivery, '--sealing', sealing];
      const signer = signers[index % signers.length] ?? '';
      const more = ['--signer', signer, '--ci', ci[index % ci.length] ?? ''];
      await succeeds(['init', ...flags, ...more, '-C', root]);
      const { delivery: said } = configOf(root) as { delivery: string | { type: string } };
      expect(typeof said === 'string' ? said : said.type).toBe(delivery);
      for (const command of ['synth', 'verify']) await succeeds([command, '-C', root]);
      // Each way of delivery and sealing, and each signer.
      if (index % 5 === 0) await goOn(root);
    }
  });

  /** Answers the questions in order, and writes them down. */
  class Scripted implements Ask {
    readonly asked: { question: string; values: readonly string[]; initial: string }[] = [];

    constructor(readonly answers: readonly (string | undefined)[]) {}

    choose<Value extends string>(
      question: string,
      choices: readonly Choice<Value>[],
      initial: Value,
    ): Promise<Value> {
      const values = choices.map(({ value }) => value);
      const answer = this.answers[this.asked.length] ?? initial;
      this.asked.push({ question, values, initial });
      if (answer === 'Ctrl-C') {
        return Promise.reject(new ReleafError('INTERRUPTED', 'stopped; nothing was written'));
      }
      expect(values).toContain(answer);
      return Promise.resolve(answer as Value);
    }
  }

  it('are asked for in five questions, each with what was found', async () => {
    const root = repository('argoCd');
    const ask = new Scripted([undefined, 'kubectl', undefined, 'local']);
    const { status, stdout } = await releaf(['init', '-C', root], { ask });
    expect(status).toBe(0);
    expect(ask.asked).toEqual([
      {
        question: 'What serves TLS?',
        values: ['Deployment shop/web', 'another server', 'another KES of a MinIO Tenant'],
        initial: 'Deployment shop/web',
      },
      {
        question: 'Who applies the manifests?',
        values: ['kubectl', 'kustomize', 'argo-cd', 'flux'],
        initial: 'argo-cd',
      },
      {
        question: 'How are private keys sealed?',
        values: ['sealed-secrets', 'sops'],
        initial: 'sealed-secrets',
      },
      {
        question: 'Who signs?',
        values: ['kubernetes.io/kubelet-serving', 'beta.eks.amazonaws.com/app-serving', 'local'],
        initial: 'kubernetes.io/kubelet-serving',
      },
      {
        question: 'Where shall CI open pull requests?',
        values: ['github', 'gitlab', 'none'],
        initial: 'github',
      },
    ]);
    expect(stdout).toMatch(/^delivery {4}kubectl {14}your answer$/m);
    expect(configOf(root)).toMatchObject({
      delivery: 'kubectl',
      certificates: { web: { signer: 'local' } },
    });
  });

  it('are not asked for where a flag says them, nor with --yes, nor where there is a config', async () => {
    const root = repository('empty');
    const ask = new Scripted([]);
    await releaf(['init', '--name', 'shop/api', '--signer', 'local', '-C', root], { ask });
    expect(ask.asked.map(({ question }) => question)).toEqual([
      'Who applies the manifests?',
      'How are private keys sealed?',
      'Where shall CI open pull requests?',
    ]);
    expect(configOf(root)).toMatchObject({
      certificates: { api: { secret: { name: 'api-tls', namespace: 'shop' } } },
    });
    const silent = new Scripted([]);
    await releaf(['init', '-C', root], { ask: silent });
    await releaf(['init', '--yes', '-C', repository('tenant')], { ask: silent });
    expect(silent.asked).toEqual([]);
  });

  it('may be refused with Ctrl-C: status 130, and nothing is written', async () => {
    const root = repository('tenant');
    const before = traceOf(root);
    const ask = new Scripted([undefined, undefined, 'Ctrl-C']);
    expect(await releaf(['init', '-C', root], { ask })).toMatchObject({
      status: 130,
      stderr: 'error INTERRUPTED: stopped; nothing was written\n',
    });
    expect(traceOf(root)).toEqual(before);
  });

  it('must be given where nobody can be asked', async () => {
    const root = repository('empty');
    const before = traceOf(root);
    expect(await init(root, '--name', 'web', '--ci', 'none')).toEqual({
      status: 1,
      stdout: '',
      stderr: `error ANSWER_MISSING: there is no terminal to ask at, and nothing says --delivery, --sealing, --signer\n  give them, or take what was found: releaf init --yes -C ${root}\n`,
    });
    expect(traceOf(root)).toEqual(before);
  });

  it.each([
    [['--name', 'Web'], 1, 'error CONFIG_INVALID: --name: the name of a Service has'],
    [['--name', 'a/b/c'], 1, 'error CONFIG_INVALID: --name: it is NAME, or NAMESPACE/NAME'],
    [['--name', 'x: y'], 1, 'error CONFIG_INVALID: --name: the name of a Service has'],
    [['--signer', 'nobody'], 1, 'error CONFIG_INVALID: --signer: a signer is local'],
    [
      ['--signer', 'kubernetes.io/kube-apiserver-client'],
      1,
      'error SIGNER_RULE: releaf.yaml has 2 problems:',
    ],
    [['--ci', 'jenkins'], 2, "argument 'jenkins' is invalid"],
  ])('are checked before anything is written: %j', async (flags, status, message) => {
    const root = repository('empty');
    const ran = await init(root, '--yes', ...flags);
    expect(ran.status).toBe(status);
    expect(ran.stderr).toContain(message);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('give a workload without a namespace that of the command line, in its names too', async () => {
    const root = repositoryOf({ 'web.yaml': REPOSITORIES.argoCd.files['web/web.yaml'] });
    await init(root, '--yes', '--name', 'shop/web');
    expect(configOf(root)).toMatchObject({
      certificates: {
        web: {
          dnsNames: ['web.shop.svc', 'web.shop.svc.cluster.local'],
          secret: { name: 'web-tls', namespace: 'shop' },
          restart: [{ file: 'web.yaml' }],
        },
      },
    });
  });

  it.each([
    [['--name', 'storage/minio', '--profile', 'minio-kes'], 'minio', 'storage', 2],
    [['--name', 'myminio'], 'myminio', 'default', 3],
    [['--name', 'storage/myminio'], 'myminio', 'storage', 3],
    [['--name', 'storage/myminio', '--profile', 'minio-kes'], 'myminio', 'storage', 3],
    [['--profile', 'minio-kes'], 'myminio', 'default', 3],
  ])('name the Tenant: %j', async (flags, tenant, namespace, replicas) => {
    const root = repository('tenant');
    await init(root, '--yes', ...flags);
    expect(configOf(root)).toMatchObject({
      certificates: { kes: { profile: { tenant, replicas }, secret: { namespace } } },
    });
    // What was found is kept in step.
    expect(read(root, 'releaf.yaml').includes('\n    restart:\n')).toBe(replicas === 3);
    expect(read(root, 'releaf.yaml').includes('# Correct this')).toBe(namespace === 'default');
  });
});
