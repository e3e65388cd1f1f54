import { findingsOf } from '../../../lib/config/init/findings';
import { NOW, SEALING_CERTIFICATE, testCa, type Files } from '../../harness';

const find = (files: Files, within = '') =>
  findingsOf(
    Object.entries(files).map(([file, text]) => ({ file, text })),
    within,
    NOW,
  );

describe('the KES of a Tenant', () => {
  const KES = `kes: { replicas: 4, configuration: x, externalCertSecret: { name: own, type: kubernetes.io/tls } }
  pools: [{ name: a }, { name: b }]`;
  const indented = (columns: number, text: string): string =>
    text.replace(/^(?=.)/gm, ' '.repeat(columns));

  it.each([
    {
      what: 'a manifest',
      text: `apiVersion: minio.min.io/v2\nkind: Tenant\nmetadata: { name: t, namespace: storage }\nspec:\n  ${KES}\n`,
      where: 'manifest',
      namespace: 'storage',
      kes: 'spec.kes.annotations',
      base: 'spec',
    },
    {
      what: 'a manifest in a List',
      text: `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: minio.min.io/v2\n    kind: Tenant\n    metadata: { name: t }\n    spec:\n${indented(6, KES.replace('\n  ', '\n'))}\n`,
      where: 'manifest',
      kes: 'spec.kes.annotations',
      base: 'spec',
    },
    {
      what: 'values of the chart',
      text: `tenant:\n  name: t\n  ${KES}\n`,
      where: 'values',
      kes: 'tenant.annotations',
      base: 'tenant',
    },
    {
      what: 'values of an umbrella chart',
      text: `minio:\n  tenant:\n    name: t\n${indented(4, KES.replace('\n  ', '\n'))}\n`,
      where: 'values',
      kes: 'minio.tenant.annotations',
      base: 'minio.tenant',
    },
    {
      what: 'a HelmRelease',
      text: `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: x, namespace: storage }\nspec:\n  values:\n    tenant:\n      name: t\n${indented(6, KES.replace('\n  ', '\n'))}\n`,
      where: 'values',
      namespace: 'storage',
      kes: 'spec.values.tenant.annotations',
      base: 'spec.values.tenant',
    },
    {
      what: 'an Application',
      text: `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  destination: { namespace: storage }\n  sources:\n    - { ref: values }\n    - helm:\n        valuesObject:\n          tenant:\n            name: t\n${indented(12, KES.replace('\n  ', '\n'))}\n`,
      where: 'values',
      namespace: 'storage',
      kes: 'spec.sources[1].helm.valuesObject.tenant.annotations',
      base: 'spec.sources[1].helm.valuesObject.tenant',
    },
  ])('is found in $what', ({ text, where, namespace, kes, base }) => {
    expect(find({ 'x.yaml': text }).kes).toEqual([
      {
        file: 'x.yaml',
        where,
        tenant: 't',
        ...(namespace !== undefined && { namespace }),
        replicas: 4,
        secret: { name: 'own', type: 'kubernetes.io/tls' },
        places: {
          kes,
          pools: [`${base}.pools[0].annotations`, `${base}.pools[1].annotations`],
          secret: `${base}.kes.externalCertSecret`,
        },
      },
    ]);
  });

  it.each([
    ['a Tenant without KES', 'apiVersion: minio.min.io/v2\nkind: Tenant\nmetadata: { name: t }\n'],
    ['values by which the chart makes no KES', 'tenant: { name: t, kes: { replicas: 2 } }\n'],
    ['a Tenant of somebody else', 'apiVersion: example.com/v1\nkind: Tenant\nspec: { kes: {} }\n'],
    ['values that are none', 'tenant: [kes]\n'],
  ])('is not found in %s', (_, text) => {
    expect(find({ 'x.yaml': text }).kes).toEqual([]);
  });

  it.each([
    ['the kustomization beside it', { 'a/kustomization.yaml': 'namespace: storage\n' }],
    [
      'the Application that applies its folder',
      {
        'apps.yaml':
          'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: { source: { path: below/a }, destination: { namespace: storage } }\n',
      },
    ],
  ])('has the namespace that %s says', (_, files) => {
    const values = { 'a/values.yaml': `tenant:\n  ${KES}\n` };
    expect(find({ ...files, ...values }, 'below').kes[0]).toMatchObject({ namespace: 'storage' });
  });
});

describe('what serves TLS', () => {
  const DEPLOYMENT = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: data }
spec:
  template:
    metadata: { labels: { app: db } }
    spec: { volumes: [{ name: a, configMap: { name: b } }, { name: c, secret: { secretName: db-cert } }] }
---
apiVersion: v1
kind: Service
metadata: { name: db-pods, namespace: data }
spec: { clusterIP: None, selector: { app: db } }
---
apiVersion: v1
kind: Service
metadata: { name: other, namespace: data }
spec: { selector: { app: other } }
`;

  it('is a workload that mounts a certificate, with the names of its Services', () => {
    expect(find({ 'db.yaml': DEPLOYMENT }).servers).toEqual([
      {
        file: 'db.yaml',
        kind: 'StatefulSet',
        name: 'db',
        namespace: 'data',
        secretName: 'db-cert',
        dnsNames: [
          'db-pods.data.svc',
          'db-pods.data.svc.cluster.local',
          '*.db-pods.data.svc.cluster.local',
        ],
        restarts: true,
      },
    ]);
  });

  it('is an Ingress, which needs no restart', () => {
    const ingress =
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop }\nspec: { tls: [{ hosts: [shop.example.com], secretName: shop-tls }] }\n';
    expect(find({ 'x.yaml': ingress }).servers).toEqual([
      expect.objectContaining({ dnsNames: ['shop.example.com'], restarts: false }),
    ]);
    const kept = ingress.replace(
      'name: shop }',
      'name: shop, annotations: { cert-manager.io/issuer: a } }',
    );
    expect(find({ 'x.yaml': kept }).servers).toEqual([]);
  });

  it('is not what cert-manager keeps valid, nor what mounts another Secret', () => {
    const certificate =
      'apiVersion: cert-manager.io/v1\nkind: Certificate\nspec: { secretName: db-cert }\n';
    expect(find({ 'db.yaml': DEPLOYMENT, 'c.yaml': certificate }).servers).toEqual([]);
    expect(find({ 'db.yaml': DEPLOYMENT.replace('db-cert', 'password') }).servers).toEqual([]);
  });
});

describe('the rest', () => {
  it('is nothing where nothing is', () => {
    expect(find({})).toEqual({ kes: [], servers: [] });
  });

  it('takes a sealing certificate for one by its name, or where it has no subject', async () => {
    const pem = SEALING_CERTIFICATE;
    expect(find({ 'a/sealing.pem': pem }).sealingCertificate).toBe('a/sealing.pem');
    for (const file of ['../sealing.pem', 'a\nsealing.pem', 'C:\\sealing.pem']) {
      expect(find({ [file]: pem }).sealingCertificate).toBeUndefined();
    }
    const ca = await testCa();
    expect(find({ 'sealing.pem': ca.certificate.pem }).sealingCertificate).toBeUndefined();
    expect(find({ 'ca.pem': ca.certificate.pem }).ca).toBe('ca.pem');
    expect(find({ 'x/ca.pem': ca.certificate.pem }).ca).toBeUndefined();
  });

  it('knows Amazon EKS by what only it has a use for, and a ClusterIssuer', () => {
    const account =
      'kind: ServiceAccount\nmetadata: { annotations: { eks.amazonaws.com/role-arn: x } }\n';
    const issuer =
      'apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: corp }\n';
    expect(find({ 'a.yaml': account, 'b.yaml': issuer })).toMatchObject({
      eks: 'a.yaml',
      clusterIssuer: { file: 'b.yaml', name: 'corp' },
    });
  });

  it('takes recipients from the nearest .sops.yaml, and only those of age', () => {
    const age = 'age12l39qp7tfxsq7fkzeulxgqtsnsavu85c0tkvh5a4vt4vd3fywqtsuvv05s';
    expect(
      find({
        '../../.sops.yaml': `creation_rules: [{ age: ${age} }]\n`,
        '../.sops.yaml': `creation_rules: [{ pgp: FF }, { age: 'age1nobody, ${age}' }]\n`,
        'below/.sops.yaml': `creation_rules: [{ age: ${age} }]\n`,
      }).sops,
    ).toEqual({ file: '../.sops.yaml', recipients: [age] });
  });
});

describe('of more than can be parsed', () => {
  const MANIFEST = 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n';

  it.each([
    ['documents', `${MANIFEST}${'---\na: 1\n'.repeat(20_000)}`],
    ['bytes', `${MANIFEST}a: "${'x'.repeat(5 * 1024 * 1024)}"\n`],
  ])('because of its %s it is told, and the rest is found', (_, text) => {
    const start = process.cpuUsage();
    const files = Object.fromEntries(
      Array.from({ length: 41 }, (_each, n) => [`a${n}.yaml`, text]),
    );
    expect(find({ ...files, 'z.yaml': MANIFEST })).toMatchObject({
      cut: true,
      sealedSecret: 'z.yaml',
    });
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
    expect(find({ 'z.yaml': MANIFEST })).not.toHaveProperty('cut');
  });
});
