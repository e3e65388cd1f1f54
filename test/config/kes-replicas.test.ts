import { unnamedPods } from '../../lib/config/kes-replicas';

const pod = (index: number): string => `t-kes-${index}.t-kes-hl-svc.minio.svc.cluster.local`;
const spec = {
  name: 'kes',
  operated: { kind: 'StatefulSet', name: 't-kes', instead: '' },
  dnsNames: [pod(0), pod(1), 't-kes-hl-svc.minio.svc.cluster.local'],
};
const tenant = (kes: string, name = 't'): string =>
  `apiVersion: minio.min.io/v2\nkind: Tenant\nmetadata: { name: ${name} }\nspec: { kes: ${kes} }\n`;
const values = (replicas: number): string =>
  `tenant: { name: t, kes: { configuration: x, replicas: ${replicas} } }\n`;

describe('pods of KES', () => {
  it.each([
    ['of a Tenant', tenant('{ replicas: 3 }'), 3, 't-kes-2'],
    ['of Helm values', values(4), 4, 't-kes-2, t-kes-3'],
  ])('%s that the certificate does not name are told', (_, text, replicas, pods) => {
    expect(unnamedPods(spec, 'kes.yaml', text)).toBe(
      `kes: Tenant t runs ${replicas} pods of KES (kes.yaml), and the certificate is not for ${pods}: say replicas: ${replicas} in its profile`,
    );
  });

  it.each([
    ['as many as named', tenant('{ replicas: 2 }')],
    ['fewer', tenant('{ replicas: 1 }')],
    ['as many as the operator runs unasked', tenant('{}')],
    ['of another Tenant', tenant('{ replicas: 3 }', 'other')],
    ['of no Tenant', 'kind: Deployment\n'],
    ['in what is no YAML', '{{ x }}: ['],
  ])('are as they should be: %s', (_, text) => {
    expect(unnamedPods(spec, 'kes.yaml', text)).toBeUndefined();
  });

  it('are all named by a wildcard', () => {
    const dnsNames = ['*.t-kes-hl-svc.minio.svc.cluster.local'];
    const text = tenant('{ replicas: 9 }');
    expect(unnamedPods({ ...spec, dnsNames }, 'kes.yaml', text)).toBeUndefined();
  });
});
