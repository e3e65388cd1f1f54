import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    expect(stderr.match(/(?<=^wrote {4}).*/gm)).toEqual(wrote);
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
          `next: releaf doctor --sealing-certificate -C ${root} > ${root}/sealing-certificate.pem`,
          ` {6}kubectl get configmap kube-root-ca.crt -o jsonpath='\\{.data.ca\\\\.crt\\}' > ${root}/ca.pem`,
          ` {6}releaf renew -C ${root}\n$`,
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
    expect(stderr).toContain('wrote    ../../.github/workflows/releaf.yaml\n');
    const workflow = read(root, '.github/workflows/releaf.yaml');
    expect(parse(workflow)).toMatchObject({
      env: { RELEAF_FOLDERS: 'clusters/prod', RELEAF_VERSION: version },
    });
    const test = join(root, 'clusters/test');
    mkdirSync(test);
    const second = await init(test, '--yes');
    expect(second.stderr).toContain(
      'kept     ../../.github/workflows/releaf.yaml, which is there already\n',
    );
    expect(second.stderr).toContain(
      '.github/workflows/releaf.yaml needs clusters/test among RELEAF_FOLDERS\n',
    );
    expect(read(root, '.github/workflows/releaf.yaml')).toBe(workflow);
  });

  it('includes the jobs in .gitlab-ci.yml where there is none, and else says how', async () => {
    const fresh = repositoryOf({}, 'https://gitlab.com/team/shop.git');
    expect((await init(fresh, '--yes')).stderr.match(/(?<=^wrote {4}).*/gm)).toEqual([
      ...GITLAB_CI,
      '.gitignore',
      'releaf.yaml',
    ]);
    expect(parse(read(fresh, '.releaf/gitlab-ci.yml'))).toMatchObject({
      '.releaf': { variables: { RELEAF_FOLDERS: '.', RELEAF_VERSION: version } },
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

  it('says what Flux and Argo CD must be told', async () => {
    const root = repository('flux');
    mkdirSync(join(root, 'clusters/prod/web'));
    const { stderr } = await init(join(root, 'clusters/prod/web'), '--yes');
    expect(stderr).toContain(
      'Flux must apply clusters/prod/web/dist/kustomizations/releaf.k8s.yaml, which does the rest (docs/flux.md), for instance by\n' +
        '      clusters/prod/kustomization.yaml: resources: [web/dist/kustomizations/releaf.k8s.yaml]\n',
    );
    expect(stderr).toContain(
      'warning: Flux takes every YAML file below clusters/prod for a manifest',
    );
    expect(configOf(join(root, 'clusters/prod/web'))).toMatchObject({
      delivery: { kustomizations: { path: 'clusters/prod/web' } },
      defaults: { sealing: { type: 'sops' } },
    });
    const argo = repository('argoCd');
    expect((await init(argo, '--yes')).stderr).toContain('Argo CD must apply dist/');
    expect((await init(join(argo, 'web'), '--yes')).stderr).not.toContain('Argo CD must');
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
      'kept     .releaf/pull-requests.sh, which is there already\nkept     .github/workflows/releaf.yaml, which is there already\n',
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
    expect(stdout).toMatch(/^--- \.releaf\/pull-requests\.sh\n#!\/bin\/sh\n/);
    expect(stdout).toContain('\n--- releaf.yaml\n# What releaf keeps valid.');
    expect(stderr).toContain('nothing is written: --dry-run\n');
    await init(root, '--yes');
    expect(stdout).toContain(read(root, 'releaf.yaml'));
  });

  it('adds the workflow to a folder that has a config when it is asked for', async () => {
    const root = repository('empty');
    await init(root, '--yes');
    const config = read(root, 'releaf.yaml');
    const { stderr } = await init(root, '--ci', 'github');
    expect(stderr.match(/(?<=^wrote {4}).*/gm)).toEqual(CI);
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
      (['sealed-secrets', 'sops'] as const).flatMap((sealing) =>
        [
          'kubernetes.io/kubelet-serving',
          'beta.eks.amazonaws.com/app-serving',
          'clusterissuers.cert-manager.io/internal',
          'local',
        ].map((signer) => ({ profile, delivery, sealing, signer })),
      ),
    ),
  );
  const ci = ['github', 'gitlab', 'none'];

  it('give a config that works, whatever they are', async () => {
    const bases: readonly Files[] = [
      {},
      { ...REPOSITORIES.tenant.files, 'web.yaml': REPOSITORIES.argoCd.files['web/web.yaml'] },
    ];
    for (const [index, { profile, delivery, sealing, signer }] of product.entries()) {
      const root = folderOf({
        ...bases[index % bases.length],
        'ca.pem': ca['ca.crt'] ?? '',
        'sealing-certificate.pem': SEALING_CERTIFICATE,
        '.sops.yaml': `creation_rules: [{ age: ${RECIPIENT} }]\n`,
      });
      const flags = ['--profile', profile, '--delivery', delivery, '--sealing', sealing];
      const more = ['--signer', signer, '--ci', ci[index % ci.length] ?? ''];
      await succeeds(['init', ...flags, ...more, '-C', root]);
      const { delivery: said } = configOf(root) as { delivery: string | { type: string } };
      expect(typeof said === 'string' ? said : said.type).toBe(delivery);
      for (const command of ['synth', 'verify']) await succeeds([command, '-C', root]);
      // Each way of delivery and sealing, and each signer.
      if (index % 5 === 0) await goOn(root);
    }
  }, 120_000);

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

  it.each([
    [['--name', 'storage/minio', '--profile', 'minio-kes'], 'minio', 'storage'],
    [['--name', 'myminio'], 'myminio', 'default'],
    [['--profile', 'minio-kes'], 'myminio', 'default'],
  ])('name the Tenant: %j', async (flags, tenant, namespace) => {
    const root = repository('tenant');
    await init(root, '--yes', ...flags);
    expect(configOf(root)).toMatchObject({
      certificates: { kes: { profile: { tenant }, secret: { namespace } } },
    });
  });
});
