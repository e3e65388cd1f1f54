import { annotateFile } from '../../lib/delivery/annotate-file';
import { nameSecret } from '../../lib/delivery/name-secret';
import type { SecretReference } from '../../lib/model/certificate-spec';

const SECRET = { name: 'kes-tls-2-3f9ab2c1', type: 'kubernetes.io/tls' };

const TENANT = `# the team's own
kind: Tenant
spec:
  kes:
    replicas: 2 # two
    externalCertSecret:
      name: kes-tls-1-0a1b2c3d  # kept in step
      type: Opaque
`;

const named = (text: string, reference: SecretReference): string =>
  annotateFile(text, nameSecret(reference, SECRET));

const place = {
  file: 'tenant.yaml',
  name: 'spec.kes.externalCertSecret.name',
  type: 'spec.kes.externalCertSecret.type',
};

describe('the name of the Secret', () => {
  it('is written where the config refers to it, its type too, and nothing else changes', () => {
    expect(named(TENANT, place)).toBe(
      TENANT.replace('kes-tls-1-0a1b2c3d', '"kes-tls-2-3f9ab2c1"').replace(
        'Opaque',
        '"kubernetes.io/tls"',
      ),
    );
  });

  it('is left alone when it stands there already, however it is quoted', () => {
    const already = TENANT.replace('kes-tls-1-0a1b2c3d', "'kes-tls-2-3f9ab2c1'");
    expect(named(already, { file: place.file, name: place.name })).toBe(already);
  });

  it('is added where the Tenant has no externalCertSecret yet', () => {
    const bare = 'kind: Tenant\nspec:\n  kes:\n    replicas: 2\n';
    expect(named(bare, place)).toBe(
      `${bare}    externalCertSecret:\n      name: "kes-tls-2-3f9ab2c1"\n      type: "kubernetes.io/tls"\n`,
    );
  });

  it('is written to the volume of a Deployment', () => {
    const text = `spec:
  template:
    spec:
      volumes:
        - name: tls
          secret:
            secretName: web-tls
`;
    const reference = { file: 'web.yaml', name: 'spec.template.spec.volumes[0].secret.secretName' };
    expect(named(text, reference)).toBe(
      text.replace('secretName: web-tls', 'secretName: "kes-tls-2-3f9ab2c1"'),
    );
  });

  it.each([
    [
      'a path that is not there',
      'spec.keys.externalCertSecret.name',
      'tenant.yaml: there is no spec.keys.externalCertSecret: spec has no "keys"; it has kes',
    ],
    [
      'a mapping in its place',
      'spec.kes.externalCertSecret',
      'tenant.yaml: externalCertSecret in spec.kes is a mapping, not one value on its line',
    ],
    [
      'a path that ends in a place of a list',
      'spec.kes[0]',
      'tenant.yaml: "spec.kes[0]" does not end in a key inside of a mapping',
    ],
  ])('is refused for %s', (_, name, message) => {
    expect(() => named(TENANT, { file: 'tenant.yaml', name })).toThrow(
      expect.objectContaining({ code: 'RESTART_FILE', message }) as Error,
    );
  });
});
