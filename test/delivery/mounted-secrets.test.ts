import { otherSecrets } from '../../lib/delivery/mounted-secrets';

const deployment = (pod: object, metadata: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: { template: { metadata, spec: { containers: [{ name: 'web', image: 'web' }], ...pod } } },
});
const volume = (secretName: string): object => ({ name: 'web-tls', secret: { secretName } });
const container = (rest: object): object => deployment({ containers: [{ name: 'web', ...rest }] });

describe('the Secrets of a pod template', () => {
  it.each([
    ['a volume', deployment({ volumes: [volume('web-tls')] })],
    [
      'a projected volume',
      deployment({ volumes: [{ projected: { sources: [{ secret: { name: 'web-tls' } }] } }] }),
    ],
    [
      'a volume of a CSI driver',
      deployment({ volumes: [{ csi: { volumeAttributes: { secret: 'shop/web-tls' } } }] }),
    ],
    [
      'a variable',
      container({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'web-tls' } } }] }),
    ],
    ['all variables', container({ envFrom: [{ secretRef: { name: 'web-tls' } }] })],
    ['an argument', container({ args: ['--default-ssl-certificate=shop/web-tls'] })],
    [
      'a container that runs first',
      deployment({ initContainers: [{ envFrom: [{ secretRef: { name: 'web-tls' } }] }] }),
    ],
    ['an annotation', deployment({}, { annotations: { 'inject.example.com/secret': 'web-tls' } })],
  ])('are as they should be where %s names the one that is meant', (_, object) => {
    expect(otherSecrets(object, ['web-tls'])).toBeUndefined();
  });

  it.each([
    ['none', deployment({}), []],
    ['another', deployment({ volumes: [volume('wob-tls')] }), ['wob-tls']],
    ['one of a longer name', deployment({ volumes: [volume('web-tls-2')] }), ['web-tls-2']],
    [
      'several',
      deployment({
        volumes: [volume('a'), { projected: { sources: [{ secret: { name: 'b' } }, {}] } }, {}],
      }),
      ['a', 'b'],
    ],
    [
      'none, in pods of jobs',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        spec: { jobTemplate: { spec: { template: { spec: { containers: [{}] } } } } },
      },
      [],
    ],
    ['none, though the container has that name', container({ name: 'web-tls' }), []],
  ])('are told where the meant one is not among them: %s', (_, object, others) => {
    expect(otherSecrets(object, ['web-tls'])).toEqual(others);
  });

  it.each([
    ['a part of a template', { ...deployment({ containers: undefined }) }],
    ['a kind that is not known', { ...deployment({}), kind: 'Database' }],
    [
      'a kind of the same name and another group',
      { ...deployment({}), apiVersion: 'apps.example.com/v1' },
    ],
    ['a Tenant', { apiVersion: 'minio.min.io/v2', kind: 'Tenant', spec: { kes: {} } }],
    ['nothing', undefined],
  ])('are not judged in %s', (_, object) => {
    expect(otherSecrets(object, ['web-tls'])).toBeUndefined();
  });
});
