import { parseConfig } from '../../lib/config/parse-config';
import type { WrittenCertificate, WrittenDelivery } from '../../lib/config/written-config';
import { problemsOf } from './problems-of';
import { validConfig } from './valid-config';

type Restart = NonNullable<WrittenCertificate['restart']>;

const withRestart = (delivery: WrittenDelivery, restart: Restart, own: WrittenCertificate = {}) => {
  const { web } = validConfig().certificates;
  return { version: 1, delivery, certificates: { web: { ...web, ...own, restart } } };
};
const KES: WrittenCertificate = {
  profile: { name: 'minio-kes', tenant: 'tenant' },
  signer: 'kubernetes.io/kubelet-serving',
  ca: 'ca.pem',
  secret: { namespace: 'minio' },
  dnsNames: undefined,
};
const FILE = '{ file, annotations } where the object is yours';
const EMPTIED = 'Flux would apply what is left out as empty';
const OPERATED =
  'an operator makes that StatefulSet and takes back what others put there: say spec.kes.annotations of the Tenant tenant';

describe('places of the restart annotation', () => {
  it.each([
    ['Deployment', 'apps/v1', 'spec.template.metadata.annotations'],
    ['StatefulSet', 'apps/v1', 'spec.template.metadata.annotations'],
    ['DaemonSet', 'apps/v1', 'spec.template.metadata.annotations'],
    ['CronJob', 'batch/v1', 'spec.jobTemplate.spec.template.metadata.annotations'],
    ['Rollout', 'argoproj.io/v1alpha1', 'spec.template.metadata.annotations'],
    ['Tenant', 'minio.min.io/v2', 'spec.kes.annotations'],
  ])('of a %s is made total', (kind, apiVersion, annotations) => {
    const restart = [{ serverSideApply: { kind, name: 'a' } }];
    const [spec] = parseConfig(withRestart('kubectl', restart), 'releaf.yaml').certificates;
    expect(spec).toMatchObject({
      restart: [],
      restartObjects: [
        {
          form: 'fragment',
          ...{ apiVersion, kind, name: 'a', namespace: 'default', annotations },
          digestOf: 'certificate',
        },
      ],
    });
  });

  it('keep what a person says, each form in a list of its own', () => {
    const own = {
      ...{ kind: 'Database', name: 'db', apiVersion: 'example.com/v1', namespace: 'data' },
      annotations: 'spec.pods.annotations',
    };
    const object = { kind: 'Deployment', name: 'web' };
    const restart: Restart = [
      { patch: own, digestOf: 'ca' },
      { file: './web.yaml', annotations: 'a.b', object },
    ];
    const [spec] = parseConfig(
      withRestart('kustomize', restart, { ca: 'ca.pem' }),
      'releaf.yaml',
    ).certificates;
    expect(spec?.restartObjects).toEqual([
      { form: 'patch', ...own, namespaced: true, digestOf: 'ca' },
    ]);
    expect(spec?.restart).toEqual([
      { file: 'web.yaml', annotations: 'a.b', object, digestOf: 'certificate' },
    ]);
  });

  const web = { kind: 'Deployment', name: 'web' };
  const live = (kind: string, path: string) =>
    `as kubectl get ${kind} web -n default -o jsonpath='{${path}}' prints it; ${EMPTIED}`;

  it.each<[what: string, WrittenDelivery, Restart, ...string[]]>([
    ...(['kubectl', 'argo-cd', 'flux'] as const).map(
      (engine): [string, WrittenDelivery, Restart, string] => [
        `a patch for ${engine}`,
        engine,
        [{ patch: web }],
        `[0].patch: got a mapping; a patch is for delivery: kustomize, and delivery is ${engine}: say ${FILE}, or serverSideApply where it is not`,
      ],
    ),
    [
      'a fragment for kustomize',
      'kustomize',
      [{ serverSideApply: web }],
      '[0].serverSideApply: got a mapping; with delivery: kustomize the object is patched: say patch',
    ],
    [
      'a kind that releaf does not know, without apiVersion and annotations',
      'kubectl',
      [{ serverSideApply: { kind: 'Database', name: 'web' } }],
      ...(['apiVersion', 'annotations'] as const).map(
        (key) =>
          `[0].serverSideApply.${key}: missing; say it for Database: releaf knows only that of Deployment, StatefulSet, DaemonSet, CronJob, Rollout, Tenant`,
      ),
    ],
    [
      'annotations that no pod of a known kind gets',
      'kubectl',
      [{ serverSideApply: { ...web, annotations: 'spec.template.metadata.annotation' } }],
      '[0].serverSideApply.annotations: got "spec.template.metadata.annotation"; no pod of a Deployment gets the annotations in spec.template.metadata.annotation: leave it out, for spec.template.metadata.annotations',
    ],
    [
      'a serviceName and a selector of what has none',
      'kubectl',
      [{ serverSideApply: { kind: 'Tenant', name: 'web', serviceName: 'a', selector: {} } }],
      '[0].serverSideApply.serviceName: got "a"; only a StatefulSet has one, and this is a Tenant',
      '[0].serverSideApply.selector: got a mapping; only Deployment, StatefulSet, DaemonSet of apps have one here',
    ],
    [
      'a StatefulSet for Flux without what its Go type would write empty',
      'flux',
      [{ serverSideApply: { kind: 'StatefulSet', name: 'web', selector: {} } }],
      `[0].serverSideApply.selector: got a mapping; say it ${live('statefulset', '.spec.selector.matchLabels')}`,
      `[0].serverSideApply.serviceName: missing; say it ${live('statefulset', '.spec.serviceName')}`,
    ],
    [
      'a Deployment for Flux without a selector',
      'flux',
      [{ serverSideApply: web }],
      `[0].serverSideApply.selector: missing; say it ${live('deployment', '.spec.selector.matchLabels')}`,
    ],
    [
      'a CronJob for Flux, whose schedule would be emptied',
      'flux',
      [{ serverSideApply: { kind: 'CronJob', name: 'web' } }],
      `[0].serverSideApply.kind: got "CronJob"; ${EMPTIED}, and of a CronJob that is not known: say ${FILE}`,
    ],
    [
      'one place of an object twice',
      'kubectl',
      [
        { serverSideApply: web },
        { serverSideApply: { ...web, namespace: 'default' }, digestOf: 'certificate' },
      ],
      '[1]: got a mapping; it is the place of restart[0]',
    ],
    [
      'one place of a file twice, once without its object',
      'kubectl',
      [
        { file: 'a.yaml', annotations: 'a' },
        { file: './a.yaml', annotations: 'a', object: web },
      ],
      '[1]: got a mapping; it is the place of restart[0]',
    ],
  ])('are refused: %s', (_, delivery, restart, ...problems) => {
    expect(problemsOf(withRestart(delivery, restart))).toEqual(
      problems.map((problem) => `certificates.web.restart${problem}`),
    );
  });

  it.each<[what: string, WrittenDelivery, Restart]>([
    [
      'two places of one object',
      'argo-cd',
      [
        { serverSideApply: { kind: 'Tenant', name: 'a' } },
        {
          serverSideApply: {
            kind: 'Tenant',
            name: 'a',
            annotations: 'spec.poolsMetadata.annotations',
          },
        },
      ],
    ],
    [
      'a Deployment and a StatefulSet of one file',
      'kubectl',
      [
        { file: 'a.yaml', annotations: 'a', object: web },
        { file: 'a.yaml', annotations: 'a', object: { kind: 'StatefulSet', name: 'web' } },
      ],
    ],
    [
      'whole fragments for Flux, and custom resources',
      'flux',
      [
        {
          serverSideApply: {
            kind: 'StatefulSet',
            name: 'a',
            serviceName: 'a',
            selector: { a: 'b' },
          },
        },
        { serverSideApply: { kind: 'Tenant', name: 'a' } },
        { serverSideApply: { kind: 'Rollout', name: 'a' } },
      ],
    ],
  ])('may be %s', (_, delivery, restart) => {
    expect(problemsOf(withRestart(delivery, restart))).toEqual([]);
  });

  it.each<[WrittenDelivery, Restart, string]>([
    [
      'kubectl',
      [{ serverSideApply: { kind: 'StatefulSet', name: 'tenant-kes' } }],
      `serverSideApply.name: got "tenant-kes"; ${OPERATED}`,
    ],
    [
      'kustomize',
      [{ patch: { kind: 'StatefulSet', name: 'tenant-kes', namespace: 'minio' } }],
      `patch.name: got "tenant-kes"; ${OPERATED}`,
    ],
    [
      'kubectl',
      [{ file: 'a.yaml', annotations: 'a', object: { kind: 'StatefulSet', name: 'tenant-kes' } }],
      `object.name: got "tenant-kes"; ${OPERATED}`,
    ],
  ])('are not the StatefulSet that the operator makes: %s %j', (delivery, restart, problem) => {
    expect(problemsOf(withRestart(delivery, restart, KES))).toEqual([
      `certificates.web.restart[0].${problem}`,
    ]);
    const other = { statefulSet: 'tenant-kes', service: 'kes' };
    const alone = { ...KES, profile: { name: 'minio-kes' as const, ...other } };
    expect(problemsOf(withRestart(delivery, restart, alone))).toEqual([]);
  });

  it('are no fragments of one object from two certificates, which would take each other back', () => {
    const { web: entry } = validConfig().certificates;
    const of = (form: 'patch' | 'serverSideApply', delivery: WrittenDelivery) => ({
      version: 1,
      delivery,
      certificates: Object.fromEntries(
        ['a', 'b'].map((name) => {
          const object = { kind: 'Tenant', name: 'tenant' };
          const secret = { ...entry.secret, name };
          return [name, { ...entry, secret, restart: [{ [form]: object }] }];
        }),
      ),
    });
    expect(problemsOf(of('serverSideApply', 'argo-cd'))).toEqual([
      `certificates.b.restart: certificates.a has a fragment of Tenant default/tenant already, and a second would take its annotation out: say ${FILE}`,
    ]);
    expect(problemsOf(of('patch', 'kustomize'))).toEqual([]);
  });
});

describe('with minio-kes', () => {
  const pools = { file: 'tenant.yaml', annotations: 'spec.pools[0].annotations' };
  const warningsOf = (restart: Restart) =>
    parseConfig(withRestart('kubectl', restart, KES), 'releaf.yaml').certificates[0]!.warnings;

  it('warns of pools that would restart at each renewal, though they trust the CA', () => {
    const warning = (index: number) =>
      `restart[${index}]: MinIO would restart at each renewal; with trust: ca it needs to only when the CA changes: digestOf: ca`;
    const metadata = 'spec.poolsMetadata.annotations';
    const object = { kind: 'Tenant', name: 'tenant', annotations: metadata };
    expect(warningsOf([pools, { serverSideApply: object }])).toEqual(
      expect.arrayContaining([warning(0), warning(1)]),
    );
    const right = warningsOf([
      { ...pools, digestOf: 'ca' },
      { serverSideApply: object, digestOf: 'ca' },
      { file: 'tenant.yaml', annotations: 'spec.kes.annotations' },
    ]);
    expect(right.filter((text) => text.startsWith('restart'))).toEqual([]);
  });

  it('refuses a digest of the CA with trust: leaf, for none stands in the Secret', () => {
    const leaf: WrittenCertificate = {
      ...KES,
      profile: { name: 'minio-kes', tenant: 'tenant', trust: 'leaf' },
    };
    expect(problemsOf(withRestart('kubectl', [{ ...pools, digestOf: 'ca' }], leaf))).toEqual([
      'certificates.web.restart[0].digestOf: got "ca"; with trust: leaf MinIO trusts the certificate itself: digestOf is certificate',
    ]);
    expect(problemsOf(withRestart('kubectl', [pools], leaf))).toEqual([]);
  });
});
