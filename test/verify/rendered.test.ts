import { parseAllDocuments } from 'yaml';
import type { LocalCa } from '../../lib/x509/local-ca';
import { readRequest } from '../../lib/x509/certificate-request';
import { X25519 } from '../age-identities';
import {
  filesIn,
  folderOf,
  NOW,
  daysAfter,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';

type Texts = Record<string, string>;
interface Metadata {
  name: string;
  namespace?: string;
  labels?: Texts;
  annotations?: Texts;
}

/** An object that a test may change wherever it likes; which of the parts it has, the kind says. */
interface Rendered {
  kind: string;
  metadata: Metadata;
  spec: {
    encryptedData: Texts;
    signerName: string;
    template: { metadata: Metadata; data: Texts };
  };
  data: Texts;
  sops: { mac: string };
}
type Change = (objects: Rendered[], of: (kind: string) => Rendered) => void;

const SCOPED = (scope: string) =>
  WEB_CONFIG.replace('sealing.pem }', `sealing.pem, scope: ${scope} }`);
const PATCHED = `${WEB_CONFIG}    restart:
      - patch: { kind: Deployment, name: web }
delivery: kustomize
`;
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { metadata: { labels: { app: 'web' } } } },
};

const CONFIGS = {
  strict: WEB_CONFIG,
  'namespace-wide': SCOPED('namespace-wide'),
  'cluster-wide': SCOPED('cluster-wide'),
  sops: WEB_CONFIG.replace(
    /\{ type: sealed.*\}/,
    `{ type: sops, recipients: [${X25519.recipient}] }`,
  ),
  plaintext: WEB_CONFIG.replace(
    /\{ type: sealed.*\}/,
    '{ type: plaintext, iUnderstandKeysAreInGit: true }',
  ),
  job: `${WEB_CONFIG}delivery: { type: kubectl, request: job }\n`,
  'argo-cd': `${WEB_CONFIG}delivery: argo-cd\n`,
  patch: PATCHED,
} as const;
type Name = keyof typeof CONFIGS;

/** Revision 1 issued, revision 2 pending. */
const folders = new Map<Name, Files>();
let ca: LocalCa;

beforeAll(async () => {
  ca = await testCa();
  for (const [name, config] of Object.entries(CONFIGS)) {
    const root = folderOf({ ...WEB_FILES, 'releaf.yaml': config });
    const done = async (argv: readonly string[], options = {}) => {
      const { status, stderr } = await releaf([...argv, '-C', root], options);
      if (status !== 0) throw new Error(stderr);
    };
    await done(['renew']);
    const request = readRequest(read(root, 'certificates/web/1/request.pem'), 'request.pem');
    await done(['fetch', '--from', '-'], { stdin: signed(ca, request, { days: 30 }) });
    await done(['renew'], { now: daysAfter(25) });
    folders.set(name as Name, filesIn(root));
  }
});
afterAll(removeFolders);

/** What a kustomization without any change renders of a folder. */
function rendered(files: Files, name: Name): Rendered[] {
  const own = Object.entries(files)
    .filter(([file]) => /^dist\/.*\.(k8s|sops)\.yaml$/.test(file))
    .flatMap(([, text]) => parseAllDocuments(text).map((one) => one.toJS() as Rendered | null))
    .filter((one) => one !== null);
  if (name !== 'patch') return own;
  const patch = parseAllDocuments(files['dist/web.patch.yaml']!)[0]!.toJS() as Rendered;
  const target = structuredClone(DEPLOYMENT) as unknown as Rendered;
  Object.assign(target.spec.template.metadata, patch.spec.template.metadata);
  return [...own, target];
}

/** Runs the command on what is rendered, once a test has changed it. */
async function verify(name: Name, change: Change = () => undefined, ...args: string[]) {
  const files = folders.get(name)!;
  const objects = rendered(files, name);
  const of = (kind: string): Rendered => {
    const found = objects.find((one) => one.kind === kind);
    if (!found) throw new Error(`there is no ${kind}`);
    return found;
  };
  change(objects, of);
  const stdin = objects.map((one) => JSON.stringify(one)).join('\n---\n');
  return releaf(['verify', '-C', folderOf(files), '--rendered', '-', ...args], {
    stdin,
    now: NOW,
  });
}

/** A binding that an overlay adds. */
const binding = (kind: string, roleRef: object, subjects: readonly object[], namespace = 'shop') =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: 'more', ...(kind === 'RoleBinding' && { namespace }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
    subjects,
  }) as unknown as Rendered;

const tidy = (text: string): string =>
  text
    .replace(/^ {2}.*\n/gm, '')
    .replaceAll('standard input: ', '')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HEX')
    .replaceAll(/web-2-[0-9a-f]{8}/g, 'web-2')
    .replaceAll(/web-2-[0-9a-f]{6}\b/g, 'web-2-job');

const GOOD: readonly Name[] = Object.keys(CONFIGS) as Name[];

/** Aliases of aliases: nine to the power of twelve of them. */
const BOMB = Array.from({ length: 12 }, (_, level) => {
  const inner = level === 0 ? 'x' : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array(9).fill(inner).join(', ')}]\n`;
}).join('');

describe('releaf verify --rendered', () => {
  it.each(GOOD)('has nothing to say of what is as synth gives it: %s', async (name) => {
    expect(await verify(name)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^all right: 1 certificate in \d+ objects\n$/) as unknown,
    });
  });

  const prefix: Change = (objects) => {
    for (const { metadata } of objects) metadata.name = `prod-${metadata.name}`;
  };
  const move: Change = (objects) => {
    for (const { metadata } of objects) if (metadata.namespace) metadata.namespace = 'prod';
  };
  const withoutRequest =
    (change: Change): Change =>
    (objects, of) => {
      objects.splice(objects.indexOf(of('CertificateSigningRequest')), 1);
      change(objects, of);
    };
  const REQUEST_MISSING =
    'RENDERED_MISSING  CertificateSigningRequest web-2: is not there, and certificate web needs it\n';

  it.each<[Name, string, Change, string]>([
    [
      'strict',
      'namePrefix',
      prefix,
      `RENDERED_MOVED  SealedSecret shop/web-tls: is shop/prod-web-tls here; its key is sealed with scope strict and opens as shop/web-tls
RENDERED_MOVED  CertificateSigningRequest web-2: is prod-web-2 here; its name says which request it is, and releaf approve and fetch look for it under that
`,
    ],
    [
      'strict',
      'namespace',
      move,
      'RENDERED_MOVED  SealedSecret shop/web-tls: is prod/web-tls here; its key is sealed with scope strict and opens as shop/web-tls\n',
    ],
    [
      'namespace-wide',
      'namespace',
      move,
      'RENDERED_MOVED  SealedSecret shop/web-tls: is prod/web-tls here; its key is sealed with scope namespace-wide and opens in namespace shop\n',
    ],
    ['namespace-wide', 'namePrefix', withoutRequest(prefix), REQUEST_MISSING],
    ['cluster-wide', 'namePrefix', withoutRequest(prefix), REQUEST_MISSING],
    ['cluster-wide', 'namespace', move, ''],
    [
      'sops',
      'namePrefix and namespace',
      (all, of) => {
        withoutRequest(prefix)(all, of);
        move(all, of);
      },
      REQUEST_MISSING,
    ],
    ['plaintext', 'namePrefix', withoutRequest(prefix), REQUEST_MISSING],
    [
      'strict',
      'a namespace for the request',
      (_, of) => {
        of('CertificateSigningRequest').metadata.namespace = 'shop';
      },
      'RENDERED_MOVED  CertificateSigningRequest web-2: is shop/web-2 here; it belongs to no namespace\n',
    ],
  ])('with scope or sealing %s judges %s', async (name, _, change, says) => {
    const { stdout, status } = await verify(name, change);
    expect(tidy(stdout)).toBe(says);
    expect(status).toBe(says === '' ? 0 : 1);
  });

  it.each<[string, Name, Change, string]>([
    [
      'an object that is not there',
      'strict',
      (all, of) => all.splice(all.indexOf(of('SealedSecret')), 1),
      'RENDERED_MISSING  SealedSecret shop/web-tls: is not there, and certificate web needs it\n',
    ],
    [
      'the same Secret from elsewhere',
      'strict',
      (all) =>
        all.push({
          ...DEPLOYMENT,
          kind: 'Secret',
          metadata: { name: 'web-tls', namespace: 'shop' },
        } as never),
      'RENDERED_TWICE  SealedSecret shop/web-tls: is there more than once: also as Secret shop/web-tls\n',
    ],
    [
      'a copy under another name',
      'strict',
      (all, of) => {
        const copy = structuredClone(of('SealedSecret'));
        copy.metadata.name = 'copy';
        all.push(copy);
      },
      'RENDERED_TWICE  SealedSecret shop/web-tls: is there more than once: also as SealedSecret shop/copy\n',
    ],
    [
      'another ciphertext',
      'strict',
      (_, of) => {
        of('SealedSecret').spec.encryptedData['tls.key'] = 'AgB';
      },
      'RENDERED_CHANGED  SealedSecret shop/web-tls: the sealed private key (spec.encryptedData["tls.key"]) is not what synth gives\n',
    ],
    [
      'another ciphertext under another name',
      'strict',
      (_, of) => {
        of('SealedSecret').spec.encryptedData['tls.key'] = 'AgB';
        of('SealedSecret').metadata.name = 'x';
      },
      `RENDERED_MOVED  SealedSecret shop/web-tls: is shop/x here; its key is sealed with scope strict and opens as shop/web-tls
RENDERED_CHANGED  SealedSecret shop/web-tls: the sealed private key (spec.encryptedData["tls.key"]) is not what synth gives
`,
    ],
    [
      'another certificate',
      'strict',
      (_, of) => {
        of('SealedSecret').spec.template.data['tls.crt'] = 'another';
      },
      'RENDERED_CHANGED  SealedSecret shop/web-tls: the certificate (spec.template.data["tls.crt"]) is not what synth gives\n',
    ],
    [
      'a template with another name',
      'strict',
      (_, of) => {
        of('SealedSecret').spec.template.metadata.name = 'x';
      },
      'RENDERED_CHANGED  SealedSecret shop/web-tls: spec.template.metadata.name is not what synth gives\n',
    ],
    [
      'a wider scope, which the key was not sealed with',
      'strict',
      (_, of) => {
        of('SealedSecret').metadata.annotations = {
          'sealedsecrets.bitnami.com/cluster-wide': 'true',
        };
      },
      'RENDERED_METADATA  SealedSecret shop/web-tls: metadata.annotations["sealedsecrets.bitnami.com/cluster-wide"] is true, a scope that the key was not sealed with\n',
    ],
    [
      'a patch instead of a Secret',
      'strict',
      (_, of) => {
        of('SealedSecret').spec.template.metadata.annotations = {
          'sealedsecrets.bitnami.com/patch': 'true',
        };
      },
      'RENDERED_METADATA  SealedSecret shop/web-tls: spec.template.metadata.annotations["sealedsecrets.bitnami.com/patch"] is true, so the Secret would keep what it held before\n',
    ],
    [
      'rights that go to another role',
      'job',
      (_, of) => {
        of('ClusterRole').metadata.labels!['rbac.authorization.k8s.io/aggregate-to-view'] = 'true';
      },
      'RENDERED_METADATA  ClusterRole web-2: metadata.labels["rbac.authorization.k8s.io/aggregate-to-view"] is true, so role view would get its rights\n',
    ],
    ...(
      [
        ['argocd.argoproj.io/hook', 'so Argo CD would take it for a hook, or leave it out'],
        ['argocd.argoproj.io/hook-delete-policy', 'so Argo CD would delete it'],
        ['helm.sh/hook', 'so Argo CD and Helm would take it for a hook'],
        ['helm.sh/hook-delete-policy', 'so Argo CD and Helm would delete it'],
        ['kustomize.toolkit.fluxcd.io/reconcile', 'so Flux would leave it as it is'],
        ['kustomize.toolkit.fluxcd.io/ssa', 'so Flux would apply it in another way, or not at all'],
        ['kustomize.toolkit.fluxcd.io/prune', 'so Flux would leave it behind in the cluster'],
        ['kustomize.toolkit.fluxcd.io/force', 'so Flux would delete it and make it anew'],
        ['kustomize.toolkit.fluxcd.io/decrypt', 'so Flux would not decrypt it'],
      ] as const
    ).map(([key, why]): [string, Name, Change, string] => [
      `an added ${key}`,
      'strict',
      (_, of) => {
        Object.assign(of('CertificateSigningRequest').metadata.annotations!, { [key]: 'x' });
      },
      `RENDERED_METADATA  CertificateSigningRequest web-2: metadata.annotations["${key}"] is x, ${why}\n`,
    ]),
    [
      'bindings that hand on our rights',
      'job',
      (all, of) => {
        const { name } = of('ClusterRole').metadata;
        const someone = [{ kind: 'User', name: 'eve' }];
        all.push(
          binding('ClusterRoleBinding', { kind: 'ClusterRole', name }, someone),
          binding('RoleBinding', { kind: 'ClusterRole', name }, someone),
          binding('RoleBinding', { kind: 'Role', name }, someone),
          binding('RoleBinding', { kind: 'Role', name }, someone, 'elsewhere'),
        );
      },
      `RENDERED_RIGHTS  ClusterRoleBinding more: hands on the rights of ClusterRole web-2, and is not of synth
RENDERED_RIGHTS  RoleBinding shop/more: hands on the rights of ClusterRole web-2, and is not of synth
RENDERED_RIGHTS  RoleBinding shop/more: hands on the rights of Role shop/web-2, and is not of synth
`,
    ],
    [
      'bindings that give our account more rights',
      'job',
      (all, of) => {
        const { name } = of('ServiceAccount').metadata;
        const admin = { kind: 'ClusterRole', name: 'cluster-admin' };
        all.push(
          binding('ClusterRoleBinding', admin, [
            { kind: 'ServiceAccount', name, namespace: 'shop' },
            { kind: 'User', name: `system:serviceaccount:shop:${name}` },
          ]),
          binding('RoleBinding', admin, [{ kind: 'ServiceAccount', name }]),
          binding('ClusterRoleBinding', admin, [
            { kind: 'ServiceAccount', name, namespace: 'elsewhere' },
            { kind: 'Group', name },
          ]),
        );
      },
      `RENDERED_RIGHTS  ClusterRoleBinding more: gives more rights to ServiceAccount shop/web-2, and is not of synth
RENDERED_RIGHTS  RoleBinding shop/more: gives more rights to ServiceAccount shop/web-2, and is not of synth
`,
    ],
    [
      'no scope, where the key was sealed with one',
      'namespace-wide',
      (_, of) => {
        delete of('SealedSecret').metadata.annotations;
      },
      'RENDERED_METADATA  SealedSecret shop/web-tls: metadata.annotations["sealedsecrets.bitnami.com/namespace-wide"] is missing\n',
    ],
    [
      'another request under the name',
      'strict',
      (_, of) => {
        of('CertificateSigningRequest').spec.signerName = 'example.com/other';
      },
      'RENDERED_CHANGED  CertificateSigningRequest web-2: the request (spec.signerName) is not what synth gives\n',
    ],
    [
      'lost labels',
      'strict',
      (_, of) => {
        of('CertificateSigningRequest').metadata.labels = { 'releaf.dev/certificate': 'other' };
      },
      'RENDERED_METADATA  CertificateSigningRequest web-2: metadata.labels["app.kubernetes.io/managed-by"] is missing; metadata.labels["releaf.dev/certificate"] is other, not web\n',
    ],
    [
      'a lost sync wave',
      'argo-cd',
      (_, of) => {
        delete of('SealedSecret').metadata.annotations!['argocd.argoproj.io/sync-wave'];
      },
      'RENDERED_METADATA  SealedSecret shop/web-tls: metadata.annotations["argocd.argoproj.io/sync-wave"] is missing\n',
    ],
    [
      'another MAC',
      'sops',
      (_, of) => {
        of('Secret').sops.mac = 'ENC[x]';
      },
      'RENDERED_CHANGED  Secret shop/web-tls: what SOPS needs to open it (sops.mac) is not what synth gives\n',
    ],
    [
      'the ciphertext under another key',
      'sops',
      (_, of) => {
        const { data } = of('Secret');
        data['other'] = data['tls.key']!;
        delete data['tls.key'];
      },
      `RENDERED_CHANGED  Secret shop/web-tls: the sealed private key (data["tls.key"]) is not what synth gives
RENDERED_CHANGED  Secret shop/web-tls: data.other is not what synth gives
`,
    ],
    [
      'a label that SOPS takes for encrypted',
      'sops',
      (_, of) => {
        of('Secret').metadata.labels!['tls.key'] = 'x';
      },
      'RENDERED_CHANGED  Secret shop/web-tls: SOPS would take metadata.labels["tls.key"] for encrypted, as its block sops says\n',
    ],
    [
      'a renamed ConfigMap of the Job',
      'job',
      (all) => {
        const map = all.find(({ metadata }) => metadata.name.endsWith('-certificate'))!;
        map.metadata.name = `x-${map.metadata.name}`;
      },
      'RENDERED_MOVED  ConfigMap shop/web-2-certificate: is shop/x-web-2-certificate here; what else belongs to it looks for it under its own name\n',
    ],
    [
      'a restart annotation that came off',
      'patch',
      (_, of) => {
        delete of('Deployment').spec.template.metadata.annotations;
      },
      'RENDERED_RESTART  Deployment shop/web: has no restart.releaf.dev/web in spec.template.metadata.annotations, so it does not restart\n',
    ],
    [
      'a restart annotation of another time',
      'patch',
      (_, of) => {
        of('Deployment').spec.template.metadata.annotations!['restart.releaf.dev/web'] = 'old';
      },
      'RENDERED_RESTART  Deployment shop/web: restart.releaf.dev/web in spec.template.metadata.annotations is "old", not HEX\n',
    ],
    [
      'a restart annotation that is on an object of a longer name only, or elsewhere',
      'patch',
      (all, of) => {
        const { spec, metadata } = of('Deployment');
        for (const place of [{ name: 'web-canary' }, { namespace: 'other' }]) {
          const copy = { ...DEPLOYMENT, metadata: { ...metadata, ...place }, spec };
          all.unshift(structuredClone(copy) as never);
        }
        delete spec.template.metadata.annotations;
      },
      'RENDERED_RESTART  Deployment shop/web: has no restart.releaf.dev/web in spec.template.metadata.annotations, so it does not restart\n',
    ],
    [
      'a restart annotation that is not on the renamed target, but on its canary',
      'patch',
      (all, of) => {
        const target = of('Deployment');
        const copy = structuredClone(target);
        target.metadata.name = 'prod-web';
        copy.metadata.name = 'prod-web-canary';
        all.unshift(copy);
        delete target.spec.template.metadata.annotations;
      },
      'RENDERED_RESTART  Deployment shop/web: has no restart.releaf.dev/web in spec.template.metadata.annotations, so it does not restart\n',
    ],
    [
      'a target that is not there',
      'patch',
      (all, of) => all.splice(all.indexOf(of('Deployment')), 1),
      'RENDERED_RESTART  Deployment shop/web: is not there, so nothing restarts with certificate web\n',
    ],
  ])('tells %s', async (_, name, change, says) => {
    const { stdout, status } = await verify(name, change);
    expect(tidy(stdout)).toBe(says);
    expect(status).toBe(1);
  });

  it('tells every renamed object of a Job', async () => {
    const { stdout } = await verify('job', prefix);
    expect(tidy(stdout).match(/^RENDERED_\w+ {2}\w+/gm)).toEqual([
      'RENDERED_MOVED  SealedSecret',
      'RENDERED_MOVED  ConfigMap',
      'RENDERED_MOVED  ConfigMap',
      'RENDERED_MOVED  ServiceAccount',
      'RENDERED_MOVED  ClusterRole',
      'RENDERED_MOVED  ClusterRoleBinding',
      'RENDERED_MOVED  Role',
      'RENDERED_MOVED  RoleBinding',
      'RENDERED_MOVED  Job',
    ]);
  });

  it('lets an overlay add labels and annotations, also on templates, and objects of its own', async () => {
    const { status, stdout } = await verify('argo-cd', (all) => {
      for (const { metadata, spec } of all) {
        const more = (one: Metadata) => {
          one.labels = { ...one.labels, team: 'shop' };
          one.annotations = { ...one.annotations, team: 'shop' };
        };
        more(metadata);
        const template = (spec as Rendered['spec'] | undefined)?.template;
        if (template) more(template.metadata);
      }
      all.push(DEPLOYMENT as never, { kind: 'ConfigMap', metadata: null } as never);
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it.each([{ name: 'prod-web' }, { name: 'web-prod' }, { namespace: 'prod' }])(
    'takes %j for the target of a patch where it is not there under its own name',
    async (place) => {
      const { stdout } = await verify('patch', (_, of) => {
        Object.assign(of('Deployment').metadata, place);
      });
      expect(stdout).toBe('');
    },
  );

  it('prints what verify prints as JSON', async () => {
    const { stdout, status } = await verify('strict', move, '--json');
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      problems: [
        {
          code: 'RENDERED_MOVED',
          file: 'standard input',
          message: expect.stringContaining('is prod/web-tls here') as unknown,
          hint: expect.stringContaining('namePrefix') as unknown,
        },
      ],
    });
    expect(status).toBe(1);
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'standard input: holds no object of Kubernetes'],
    ['no objects', 'hello: world\n---\n', 'standard input: holds no object of Kubernetes'],
    ['no YAML', 'a: [', 'standard input:1:5: not YAML: '],
    ['too much', ' '.repeat(16 * 1024 * 1024 + 1), 'has more, at most 16 MiB are read'],
    ['aliases that grow', BOMB, 'grows without bound'],
    ['what is too deep', `kind: X\na: ${'['.repeat(100_000)}`, 'nested more than 200 levels deep'],
  ])('refuses %s', async (_, stdin, says) => {
    const root = folderOf(folders.get('strict')!);
    const { status, stdout, stderr } = await releaf(['verify', '-C', root, '--rendered', '-'], {
      stdin,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error FILE_UNREADABLE: standard input/);
    expect(stderr).toContain(says);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
    ['a number', 7],
  ])('survives objects whose parts are %s', async (_, value) => {
    const { status, stderr } = await verify('job', (all) => {
      for (const key of ['metadata', 'spec', 'data']) {
        for (const one of [...all]) all.push({ ...one, [key]: value });
      }
      for (const one of all.slice(0, 3))
        Object.assign(one, { metadata: value, spec: value, data: value });
    });
    expect(stderr).toMatch(/^\d+ problems\n$/);
    expect(status).toBe(1);
  });

  it('reads a file, and is for one folder', async () => {
    const files = folders.get('strict')!;
    const root = folderOf(files);
    expect(
      await releaf(['verify', '-C', root, '--rendered', `${root}/dist/web.k8s.yaml`]),
    ).toMatchObject({ status: 0 });
    const twice = await releaf(['verify', '-C', root, '-C', folderOf(files), '--rendered', '-']);
    expect(twice).toMatchObject({ status: 2, stdout: '' });
    expect(twice.stderr).toMatch(/^error: --rendered is for one folder; run releaf verify once /);
  });
});
