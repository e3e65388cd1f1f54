import { ApiObject, App, Chart, Cron, JsonPatch, Testing, Yaml, YamlOutputType } from 'cdk8s';
import { CronJob, DaemonSet, Deployment, k8s, StatefulSet, Service } from 'cdk8s-plus-27';
import * as plus33 from 'cdk8s-plus-33';
import { RotatingCertificate } from '../../lib/constructs/rotating-certificate';
import type { Certificate, Revision, SealedKey } from '../../lib/model/revision';
import { certificate, certificatePem, issued, revision, sealedKey, sopsKey, spec } from './kes';

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: object;
    readonly annotations?: object;
  };
  readonly spec: {
    readonly template: {
      readonly metadata?: { readonly annotations?: object };
      readonly data: object;
    };
    readonly jobTemplate?: { readonly spec: Manifest['spec'] };
  };
}

const newChart = (): Chart => new Chart(new App(), 'test', { namespace: 'minio' });
const json = (chart: Chart): readonly Manifest[] => chart.toJson() as Manifest[];

function objects(...revisions: readonly Revision[]): readonly Manifest[] {
  const chart = newChart();
  new RotatingCertificate(chart, 'kes', certificate(...revisions));
  return json(chart);
}

const names = (manifests: readonly Manifest[]): readonly string[] =>
  manifests.map(({ kind, metadata: { name } }) => `${kind}/${name}`);

const serves = (manifests: readonly Manifest[]): unknown =>
  manifests.find(({ kind }) => kind === 'SealedSecret')?.spec.template.data;

describe('RotatingCertificate', () => {
  it('is only the request while the first revision waits', () => {
    expect(names(objects(revision(1)))).toEqual(['CertificateSigningRequest/kes-1-3f9ab2c1']);
  });

  it('serves revision 1 while revision 2 waits, the Secret first', () => {
    const both = objects(issued(1), revision(2));
    expect(names(both)).toEqual([
      'SealedSecret/kes-tls',
      'CertificateSigningRequest/kes-2-3f9ab2c1',
    ]);
    expect(serves(both)).toEqual({ 'public.crt': certificatePem(1) });
  });

  it('is only the Secret once revision 2 is issued', () => {
    const manifests = objects(issued(1), issued(2));
    expect(names(manifests)).toEqual(['SealedSecret/kes-tls']);
    expect(serves(manifests)).toEqual({ 'public.crt': certificatePem(2) });
  });

  it('goes back when a revision is withdrawn', () => {
    expect(serves(objects(issued(1), issued(2, { withdrawn: true })))).toEqual({
      'public.crt': certificatePem(1),
    });
  });

  it('asks nobody in the cluster when the signer is local', () => {
    const record = { ...revision(1).record, signer: 'local' };
    expect(objects(revision(1, { record }))).toEqual([]);
  });

  it('marks every object as ours, and the request with its revision', () => {
    const [secret, request] = objects(issued(1), revision(2));
    const ours = { 'app.kubernetes.io/managed-by': 'releaf', 'releaf.dev/certificate': 'kes' };
    expect(secret?.metadata.labels).toEqual({ team: 'storage', ...ours });
    expect(secret?.spec.template.metadata).toMatchObject({ labels: { team: 'storage', ...ours } });
    expect(request?.metadata.labels).toEqual(ours);
    expect(request?.metadata.annotations).toEqual({ 'releaf.dev/revision': '2' });
  });

  it('is not shipped when the certificate is for another key', () => {
    const swapped = { ...issued(1), certificate: certificatePem(2) };
    expect(() => objects(swapped)).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_KEY_MISMATCH' }) as Error,
    );
  });

  it('is not shipped when the sealed key is another one than was recorded', () => {
    const changed = { ...issued(1), sealedKey: { ...sealedKey, value: 'AgBother' } };
    expect(() => objects(changed)).toThrow(
      expect.objectContaining({ code: 'SEALED_KEY_CHANGED' }) as Error,
    );
  });

  it('is not shipped when the config names another Secret than the newest key is sealed for', () => {
    const elsewhere = { ...sealedKey, name: 'old-tls' };
    expect(() => objects(issued(1, { sealedKey: elsewhere }))).toThrow(
      expect.objectContaining({
        code: 'SECRET_RENAMED',
        message:
          'certificates.kes.secret: is minio/kes-tls, but the private key is sealed for minio/old-tls and opens nowhere else',
      }) as Error,
    );
  });

  it('serves under the old name while the revision for the new one waits', () => {
    const old = issued(1, { sealedKey: { ...sealedKey, name: 'old-tls' } });
    expect(names(objects(old, revision(2)))).toEqual([
      'SealedSecret/old-tls',
      'CertificateSigningRequest/kes-2-3f9ab2c1',
    ]);
  });

  it('is placed by its name', () => {
    const chart = newChart();
    const placed = RotatingCertificate.from(
      chart,
      new Map([['kes', certificate(issued(1))]]),
      'kes',
    );
    expect(placed.node.path).toBe('test/certificate-kes');
    expect(names(json(chart))).toEqual(['SealedSecret/kes-tls']);
  });

  it.each([
    [
      'kess',
      'there is no certificate "kess" in the config; it has kes, minio',
      'did you mean kes?',
    ],
    ['vault', 'there is no certificate "vault" in the config; it has kes, minio', ''],
  ])('is not placed under the unknown name %s', (name, message, hint) => {
    const all = new Map(['kes', 'minio'].map((one) => [one, certificate(issued(1))]));
    expect(() => RotatingCertificate.from(newChart(), all, name)).toThrow(
      expect.objectContaining({ code: 'CERTIFICATE_UNKNOWN', message, hint }) as Error,
    );
  });
});

describe('with a Secret of each revision', () => {
  const ofRevision = (number: number): SealedKey => ({
    ...sealedKey,
    name: `kes-tls-${number}-3f9ab2c1`,
  });
  const perRevision = (...revisions: readonly Revision[]): Certificate => ({
    spec: { ...spec, secret: { ...spec.secret, naming: 'perRevision' } },
    revisions,
  });
  const place = (...revisions: readonly Revision[]): RotatingCertificate =>
    new RotatingCertificate(newChart(), 'kes', perRevision(...revisions));
  const first = issued(1, { sealedKey: ofRevision(1) });
  const second = issued(2, { sealedKey: ofRevision(2) });

  it('serves the current revision and the one before it', () => {
    const placed = place(first, second);
    expect(names(json(Chart.of(placed)))).toEqual([
      'SealedSecret/kes-tls-2-3f9ab2c1',
      'SealedSecret/kes-tls-1-3f9ab2c1',
    ]);
  });

  it('goes back by its name alone', () => {
    const placed = place(first, { ...second, withdrawn: true });
    expect(names(json(Chart.of(placed)))).toEqual([
      'SealedSecret/kes-tls-2-3f9ab2c1',
      'SealedSecret/kes-tls-1-3f9ab2c1',
    ]);
    expect(placed.secretName).toBe('kes-tls-1-3f9ab2c1');
  });

  it.each([
    ['that of the current revision', [first, second], 'kes-tls-2-3f9ab2c1'],
    [
      'that of the current revision while the next one waits',
      [first, revision(2, { sealedKey: ofRevision(2) })],
      'kes-tls-1-3f9ab2c1',
    ],
    [
      'that of the pending revision while nothing serves',
      [revision(1, { sealedKey: ofRevision(1) })],
      'kes-tls-1-3f9ab2c1',
    ],
    ['unknown before the first renewal', [], undefined],
  ])('tells which Secret to read: %s', (_, revisions, name) => {
    expect(place(...revisions).secretName).toBe(name);
  });

  it('tells a stable name at any time', () => {
    expect(new RotatingCertificate(newChart(), 'kes', certificate()).secretName).toBe('kes-tls');
  });
});

describe('a Secret that SOPS encrypts', () => {
  const sops = (naming: 'stable' | 'perRevision' = 'stable'): ReadonlyMap<string, Certificate> => {
    const revisions = [1, 2].map((number) =>
      issued(number, {
        sealedKey: {
          ...sopsKey,
          name: naming === 'stable' ? 'kes-tls' : `kes-tls-${number}-3f9ab2c1`,
        },
      }),
    );
    const sealing = { type: 'sops' } as const;
    const kes = { spec: { ...spec, sealing, secret: { ...spec.secret, naming } }, revisions };
    return new Map([['kes', kes]]);
  };
  const configMap = (chart: Chart): ApiObject =>
    new ApiObject(chart, 'Other', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
    });
  const files = (app: App): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(app.charts.map((chart) => [chart.node.id, names(json(chart))]));

  it.each([
    ['another object', 'stable', 'ConfigMap settings'],
    ['the Secret of the revision before', 'perRevision', 'Secret kes-tls-1-3f9ab2c1'],
  ] as const)('is refused in one file with %s', (_, naming, other) => {
    const chart = new Chart(Testing.app(), 'kes');
    RotatingCertificate.from(chart, sops(naming), 'kes');
    if (naming === 'stable') configMap(chart);
    const name = naming === 'stable' ? 'kes-tls' : 'kes-tls-2-3f9ab2c1';
    const message = `SOPS_CHART: Secret minio/${name} shares its file with ${other}, and SOPS decrypts only a Secret that stands alone in its file; give it a Chart of its own: RotatingCertificate.from(chart, certificates, 'kes', { secretScope: app })`;
    expect(() => Testing.synth(chart) as unknown).toThrow(message);
    expect(() => App.of(chart).synthYaml()).toThrow(message);
  });

  it.each([
    ['stable', { kes: ['ConfigMap/settings'], 'kes-secret': ['Secret/kes-tls'] }],
    [
      'perRevision',
      {
        kes: ['ConfigMap/settings'],
        'kes-secret': ['Secret/kes-tls-2-3f9ab2c1'],
        'kes-secret-1': ['Secret/kes-tls-1-3f9ab2c1'],
      },
    ],
  ] as const)(
    'stands alone in a Chart that the certificate makes in the app: %s',
    (naming, expected) => {
      const app = Testing.app();
      const chart = new Chart(app, 'kes');
      configMap(chart);
      RotatingCertificate.from(chart, sops(naming), 'kes', { secretScope: app });
      expect(files(app)).toEqual(expected);
    },
  );

  it('may be placed in a Chart of another name', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'kes');
    configMap(chart);
    const secretScope = new Chart(app, 'key');
    RotatingCertificate.from(chart, sops(), 'kes', { secretScope });
    expect(files(app)).toEqual({ kes: ['ConfigMap/settings'], key: ['Secret/kes-tls'] });
    // SOPS reads it as text, and a bare time is none.
    expect(Yaml.stringify(...json(secretScope))).toContain('lastmodified: "2026-11-21T12:00:00Z"');
  });

  it.each([
    ['may share a Chart', YamlOutputType.FILE_PER_RESOURCE, 'a file for each object'],
    [
      'may share a Chart',
      YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE,
      'a file for each object in a folder for each Chart',
    ],
  ])('%s where the app writes %s', (_, yamlOutputType) => {
    const app = new App({ yamlOutputType });
    const chart = new Chart(app, 'kes');
    configMap(chart);
    RotatingCertificate.from(chart, sops(), 'kes');
    expect(files(app)).toEqual({ kes: ['ConfigMap/settings', 'Secret/kes-tls'] });
  });

  it('is refused where the app writes one file for all', () => {
    const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
    configMap(new Chart(app, 'other'));
    RotatingCertificate.from(new Chart(app, 'kes'), sops(), 'kes');
    expect(() => app.synthYaml()).toThrow(
      'let the app write more than one file: new App({ yamlOutputType: YamlOutputType.FILE_PER_CHART })',
    );
  });
});

describe('restarts', () => {
  const kes = (chart: Chart, ...revisions: readonly Revision[]): RotatingCertificate =>
    new RotatingCertificate(chart, 'kes', certificate(...revisions));
  const annotations = (chart: Chart, kind: string): unknown => {
    const owner = json(chart).find((manifest) => manifest.kind === kind)?.spec;
    return (owner?.jobTemplate?.spec ?? owner)?.template.metadata?.annotations;
  };
  const containers = [{ image: 'kes' }];
  const bare = (chart: Chart, template: object): ApiObject =>
    new ApiObject(chart, 'Bare', { apiVersion: 'v1', kind: 'Bare', spec: { template } });

  it.each([
    ['Deployment', (chart: Chart) => new Deployment(chart, 'D', { containers })],
    ['DaemonSet', (chart: Chart) => new DaemonSet(chart, 'D', { containers })],
    [
      'StatefulSet',
      (chart: Chart) => {
        const service = new Service(chart, 'S', { ports: [{ port: 7373 }] });
        return new StatefulSet(chart, 'D', { containers, service });
      },
    ],
    [
      'StatefulSet',
      (chart: Chart) =>
        new k8s.KubeStatefulSet(chart, 'D', {
          spec: { serviceName: 'kes', selector: {}, template: {} },
        }),
    ],
    ['CronJob', (chart: Chart) => new CronJob(chart, 'D', { containers, schedule: Cron.hourly() })],
    [
      'CronJob',
      (chart: Chart) =>
        new k8s.KubeCronJob(chart, 'D', {
          spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: {} } } },
        }),
    ],
    ['Deployment', (chart: Chart) => new plus33.Deployment(chart, 'D', { containers })],
    ['DaemonSet', (chart: Chart) => new plus33.DaemonSet(chart, 'D', { containers })],
    [
      'Deployment',
      (chart: Chart) =>
        new plus33.k8s.KubeDeployment(chart, 'D', { spec: { selector: {}, template: {} } }),
    ],
    ['Bare', (chart: Chart) => bare(chart, {})],
    ['Bare', (chart: Chart) => bare(chart, { metadata: { labels: { a: 'b' } } })],
  ] as const)('annotates the pods of a %s', (kind, workload) => {
    const chart = newChart();
    const { restartValue } = kes(chart, issued(1), revision(2)).restarts(workload(chart));
    expect(restartValue).toMatch(/^[0-9a-f]{64}$/);
    expect(annotations(chart, kind)).toEqual({ 'restart.releaf.dev/kes': restartValue });
  });

  it('keeps the annotations of the pods, and one of each certificate', () => {
    const chart = newChart();
    const workload = bare(chart, { metadata: { annotations: { a: 'b' } } });
    workload.addJsonPatch(JsonPatch.add('/spec/template/metadata/annotations/c', 'd'));
    const first = kes(chart, issued(1)).restarts(workload);
    const second = new RotatingCertificate(chart, 'other', {
      spec: { ...spec, name: 'other' },
      revisions: [issued(2)],
    }).restarts(workload);
    expect(annotations(chart, 'Bare')).toEqual({
      a: 'b',
      c: 'd',
      'restart.releaf.dev/kes': first.restartValue,
      'restart.releaf.dev/other': second.restartValue,
    });
  });

  it('does nothing while no revision is issued', () => {
    const chart = newChart();
    const deployment = new Deployment(chart, 'D', { containers });
    const placed = kes(chart, revision(1)).restarts(deployment).restarts(bare(chart, {}));
    expect(placed.restartValue).toBeUndefined();
    expect(annotations(chart, 'Deployment')).toBeUndefined();
    expect(annotations(chart, 'Bare')).toBeUndefined();
  });

  it('refuses an object without pods, even while no revision is issued', () => {
    const chart = newChart();
    const tenant = new ApiObject(chart, 'T', {
      apiVersion: 'minio.min.io/v2',
      kind: 'Tenant',
      metadata: { name: 'kes-tenant' },
      spec: { kes: {} },
    });
    expect(() => kes(chart, revision(1)).restarts(tenant)).toThrow(
      expect.objectContaining({
        code: 'RESTART_WORKLOAD',
        message: 'Tenant kes-tenant has no spec.template, so no pods that could restart',
        hint: 'give restarts() a Deployment, StatefulSet or DaemonSet',
      }) as Error,
    );
  });
});
