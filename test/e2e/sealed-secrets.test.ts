import { X509Certificate } from 'node:crypto';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { SEALING_SCOPES, type SealingScope } from '../../lib/model/certificate-spec';
import { folderOf, read, removeFolders } from '../harness';
import { output } from '../system/process';
import {
  adminKubeconfig,
  apply,
  get,
  kubectl,
  newNamespace,
  releafDone,
  releafOn,
  secretData,
  signerCa,
  signingCa,
} from './cluster';
import { expectPair } from './pair';
import { issue } from './pki';
import { tool } from './processes';
import { sealingCertificate } from './sealed-secrets';
import { until } from './until';

afterAll(removeFolders);

/** That a Secret's items are a pair that the signer signed: its certificate. */
const pairIn = (data: Readonly<Record<string, string>>): Promise<X509Certificate> =>
  expectPair({ privateKey: data['tls.key']!, certificate: data['tls.crt']! }, [
    '-purpose',
    'sslserver',
  ]);

const entry = (namespace: string, sealing: object): object => ({
  commonName: 'system:node:web',
  subject: { organizations: ['system:nodes'] },
  dnsNames: ['web.example.com'],
  signer: 'kubernetes.io/kubelet-serving',
  secret: { name: 'web-tls', namespace },
  sealing,
  ca: 'ca.pem',
});

/** A folder with these certificates. */
const project = async (certificates: Readonly<Record<string, object>>): Promise<string> =>
  folderOf({
    'releaf.yaml': stringify({ version: 1, certificates }),
    'ca.pem': signingCa(),
    'sealing.pem': await sealingCertificate(),
  });

const sealedFor = (scope: SealingScope = 'strict'): object => ({
  type: 'sealed-secrets',
  certificate: 'sealing.pem',
  scope,
});

/** A SealedSecret, as far as these tests change it. */
interface SealedSecret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly template: { readonly metadata?: object } };
}

interface LiveSealedSecret extends SealedSecret {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

interface OwnedSecret {
  readonly metadata: {
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** Waits for what the controller says of a SealedSecret. */
const synced = (name: string, namespace: string) =>
  until(`the controller has tried ${namespace}/${name}`, async () =>
    (await get<LiveSealedSecret>('sealedsecret', name, namespace))?.status?.conditions?.find(
      ({ type }) => type === 'Synced',
    ),
  );

/** The same SealedSecret under another name, or in another namespace. */
const moved = (sealed: SealedSecret, to: Partial<SealedSecret['metadata']>): SealedSecret => ({
  ...sealed,
  metadata: { ...sealed.metadata, ...to },
  spec: {
    ...sealed.spec,
    template: {
      ...sealed.spec.template,
      metadata: { ...sealed.spec.template.metadata, ...to },
    },
  },
});

describe('the Sealed Secrets controller', () => {
  const OPENS: Readonly<Record<SealingScope, readonly (readonly [string, boolean])[]>> = {
    strict: [
      ['another name', false],
      ['another namespace', false],
    ],
    'namespace-wide': [
      ['another name', true],
      ['another namespace', false],
    ],
    'cluster-wide': [
      ['another name', true],
      ['another namespace', true],
    ],
  };

  it.each(SEALING_SCOPES)('opens what is sealed in scope %s where it may', async (scope) => {
    const namespace = await newNamespace();
    const name = `web-${namespace}`;
    const root = await project({ [name]: entry(namespace, sealedFor(scope)) });
    await releafDone(['renew', name, '--now', '-C', root]);

    await kubectl(['apply', '-f', join(root, 'dist')]);
    const certificate = (await pairIn(await secretData('web-tls', namespace))).toString();
    expect(read(root, `certificates/${name}/1/certificate.pem`)).toContain(certificate);
    expect(await synced('web-tls', namespace)).toMatchObject({ status: 'True' });

    const sealed = parse(read(root, `dist/${name}.k8s.yaml`)) as SealedSecret;
    const elsewhere = await newNamespace();
    for (const [where, opens] of OPENS[scope]) {
      const place =
        where === 'another name'
          ? { name: 'other-tls', namespace }
          : { name: 'web-tls', namespace: elsewhere };
      await apply(moved(sealed, place));
      const condition = await synced(place.name, place.namespace);
      if (opens) {
        expect(condition).toMatchObject({ status: 'True' });
        const data = await secretData(place.name, place.namespace);
        expect((await pairIn(data)).toString()).toBe(certificate);
      } else {
        expect(condition).toMatchObject({
          status: 'False',
          message: expect.stringContaining('no key could decrypt secret (tls.key)') as string,
        });
        expect(await get('secret', place.name, place.namespace)).toBeUndefined();
      }
    }
  });

  it('puts the pair of the next revision into the same Secret', async () => {
    const namespace = await newNamespace();
    const name = `web-${namespace}`;
    const root = await project({ [name]: entry(namespace, sealedFor()) });
    const renewed = async (revision: number): Promise<X509Certificate> => {
      await releafDone(['renew', name, '--now', '--force', '-C', root]);
      await kubectl(['apply', '-f', join(root, 'dist')]);
      const pem = read(root, `certificates/${name}/${revision}/certificate.pem`);
      const wanted = new X509Certificate(pem);
      const data = await until(`the Secret has revision ${revision}`, async () => {
        const found = await secretData('web-tls', namespace);
        return new X509Certificate(found['tls.crt']!).fingerprint256 === wanted.fingerprint256
          ? found
          : undefined;
      });
      return pairIn(data);
    };
    const first = await renewed(1);
    const { metadata } = (await get<OwnedSecret>('secret', 'web-tls', namespace))!;
    const second = await renewed(2);

    expect(second.publicKey.equals(first.publicKey)).toBe(false);
    expect((await get<OwnedSecret>('secret', 'web-tls', namespace))?.metadata.uid).toBe(
      metadata.uid,
    );
  });

  it('takes a Secret of somebody else over once the commands that doctor prints have run', async () => {
    const namespace = await newNamespace();
    const name = `web-${namespace}`;
    const owner = await ownedSecret(namespace);
    const root = await project({ [name]: entry(namespace, sealedFor()) });
    await releafDone(['renew', name, '--now', '-C', root]);
    await kubectl(['apply', '-f', join(root, 'dist')]);
    expect(await synced('web-tls', namespace)).toMatchObject({
      status: 'False',
      message: expect.stringContaining(
        'Resource "web-tls" already exists and is not managed by SealedSecret',
      ) as string,
    });

    const { status, stdout } = await releafOn(['doctor', '-C', root]);
    expect(status).toBe(1);
    const refused = 'web-tls was refused by the controller: failed update: Resource "web-tls"';
    expect(stdout).toContain(refused);
    const [finding] = stdout.split(/^(?=\S)/m).filter((one) => one.includes(' belongs to '));
    expect(finding).toContain(
      `${namespace}/web-tls belongs to ConfigMap ${owner}; the Sealed Secrets controller refuses`,
    );
    const commands = finding!.match(/(?<=^ +)kubectl .*/gm) ?? [];
    expect(commands).toHaveLength(2);
    const env = {
      KUBECONFIG: adminKubeconfig(),
      PATH: `${dirname(tool('kubectl'))}:${process.env['PATH'] ?? ''}`,
    };
    for (const command of commands) await output('bash', ['-ec', command], { cwd: root, env });
    expect(finding).toContain(`then apply dist/${name}.k8s.yaml again`);
    await kubectl(['apply', '-f', `dist/${name}.k8s.yaml`], { cwd: root });

    expect(await synced('web-tls', namespace)).toMatchObject({ status: 'True' });
    await pairIn(await secretData('web-tls', namespace));
    expect(
      (await get<OwnedSecret>('secret', 'web-tls', namespace))?.metadata.ownerReferences,
    ).toEqual([expect.objectContaining({ kind: 'SealedSecret', name: 'web-tls' })]);
    const after = await releafDone(['doctor', '-C', root]);
    expect(after.stdout).toContain(`${namespace}/web-tls is made by its SealedSecret`);
  });

  it('has the certificate that doctor --sealing-certificate prints', async () => {
    const { stdout } = await releafDone(['doctor', '--sealing-certificate']);
    expect(stdout).toBe(await sealingCertificate());
  });
});

/** Makes a Secret as an operator does, owned by an object of its own: the name of that object. */
async function ownedSecret(namespace: string): Promise<string> {
  const owner = 'operator';
  const at = { name: owner, namespace };
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: at });
  const { metadata } = (await get<OwnedSecret>('configmap', owner, namespace))!;
  const { certificate, privateKey } = issue(signerCa(), 'server auth', {
    dnsNames: ['web.example.com'],
  });
  await kubectl(['create', '-f', '-'], {
    input: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'web-tls',
        namespace,
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: metadata.uid, controller: true },
        ],
      },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate, 'tls.key': privateKey },
    }),
  });
  return owner;
}

describe('sops', () => {
  it('opens what is applied by hand, and the Secret holds the pair', async () => {
    const namespace = await newNamespace();
    const name = `web-${namespace}`;
    const identity = join(folderOf({}), 'age.key');
    await output(tool('age-keygen'), ['-o', identity]);
    const recipient = (await output(tool('age-keygen'), ['-y', identity])).trim();
    const root = await project({
      [name]: entry(namespace, { type: 'sops', recipients: [recipient] }),
    });
    await releafDone(['renew', name, '--now', '-C', root]);

    await output(
      'bash',
      ['-o', 'pipefail', '-ec', `sops decrypt dist/${name}.sops.yaml | kubectl apply -f -`],
      {
        cwd: root,
        env: {
          KUBECONFIG: adminKubeconfig(),
          SOPS_AGE_KEY_FILE: identity,
          PATH: `${dirname(tool('kubectl'))}:${process.env['PATH'] ?? ''}`,
        },
      },
    );

    const certificate = await pairIn(await secretData('web-tls', namespace));
    expect(read(root, `certificates/${name}/1/certificate.pem`)).toContain(certificate.toString());
  });
});
