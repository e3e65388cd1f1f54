import Ajv from 'ajv';
import { App, Chart, Yaml } from 'cdk8s';
import { Secret } from 'kubernetes-models/v1';
import { CertificateSecret } from '../../lib/constructs/certificate-secret';
import type { CertificateSecretProps } from '../../lib/constructs/certificate-secret';
import type { SealedKey } from '../../lib/model/revision';
import { fakeCertificate, plainKey, sealedKey, sopsKey, spec } from './kes';

const props: CertificateSecretProps = {
  ...spec.secret,
  certificate: fakeCertificate,
  sealedKey,
};

function manifest(more: Partial<CertificateSecretProps> = {}): unknown {
  const chart = new Chart(new App(), 'test', { namespace: 'elsewhere' });
  new CertificateSecret(chart, 'Secret', { ...props, ...more });
  return (chart.toJson() as unknown[])[0];
}

const strings = { type: 'object', additionalProperties: { type: 'string', minLength: 1 } };
const exactly = (properties: Readonly<Record<string, object>>): object => ({
  type: 'object',
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});
const metadata = exactly({
  name: { const: 'kes-tls' },
  namespace: { const: 'minio' },
  labels: strings,
});
const SEALED_SECRET = exactly({
  apiVersion: { const: 'bitnami.com/v1alpha1' },
  kind: { const: 'SealedSecret' },
  metadata,
  spec: exactly({
    encryptedData: exactly({
      'private.key': { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$' },
    }),
    template: exactly({
      metadata,
      type: { const: 'Opaque' },
      data: exactly({
        'public.crt': { type: 'string', pattern: '^-----BEGIN CERTIFICATE-----\n' },
      }),
    }),
  }),
});

describe('CertificateSecret', () => {
  it('shows the certificate and seals the key', () => {
    expect(Yaml.stringify(manifest())).toMatchInlineSnapshot(`
     "apiVersion: bitnami.com/v1alpha1
     kind: SealedSecret
     metadata:
       labels:
         team: storage
       name: kes-tls
       namespace: minio
     spec:
       encryptedData:
         private.key: AgBciphertext
       template:
         metadata:
           name: kes-tls
           namespace: minio
           labels:
             team: storage
         type: Opaque
         data:
           public.crt: |
             -----BEGIN CERTIFICATE-----
             c2lnbmVkIDE=
             -----END CERTIFICATE-----
     "
    `);
  });

  it('gives a SealedSecret of exactly the fields that the controller reads', () => {
    const validate = new Ajv().compile(SEALED_SECRET);
    validate(manifest());
    expect(validate.errors).toBeNull();
  });

  it('is a Secret that Kubernetes accepts when the key is in clear', () => {
    const tls = { privateKey: 'tls.key', certificate: 'tls.crt' };
    const plain = manifest({ sealedKey: plainKey, type: 'kubernetes.io/tls', keys: tls });
    expect(Yaml.stringify(plain)).toMatchInlineSnapshot(`
     "apiVersion: v1
     kind: Secret
     metadata:
       labels:
         team: storage
       name: kes-tls
       namespace: minio
     data:
       tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmMybG5ibVZrSURFPQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==
       tls.key: bm90IGEga2V5
     type: kubernetes.io/tls
     "
    `);
    const object = new Secret(plain as ConstructorParameters<typeof Secret>[0]);
    expect(() => {
      object.validate();
    }).not.toThrow();
  });

  it.each(['namespace-wide', 'cluster-wide'] as const)(
    'says a scope that is %s where the controller reads it, and twice as kubeseal does',
    (scope) => {
      const wide = manifest({ sealedKey: { ...sealedKey, scope } as SealedKey });
      const annotations = { [`sealedsecrets.bitnami.com/${scope}`]: 'true' };
      expect(wide).toMatchObject({
        metadata: { annotations },
        spec: { template: { metadata: { annotations } } },
      });
    },
  );

  it('shows the certificate and encrypts nothing but the key, for SOPS', () => {
    expect(Yaml.stringify(manifest({ sealedKey: sopsKey }))).toMatchInlineSnapshot(`
     "apiVersion: v1
     kind: Secret
     metadata:
       labels:
         team: storage
       name: kes-tls
       namespace: minio
     data:
       private.key: ENC[AES256_GCM,data:key,iv:iv,tag:tag,type:str]
       public.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmMybG5ibVZrSURFPQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==
     sops:
       age:
         - enc: |
             -----BEGIN AGE ENCRYPTED FILE-----
             ZGF0YSBrZXk=
             -----END AGE ENCRYPTED FILE-----
           recipient: age1example
       encrypted_regex: ^private\\.key$
       lastmodified: "2026-11-21T12:00:00Z"
       mac: ENC[AES256_GCM,data:mac,iv:iv,tag:tag,type:str]
       mac_only_encrypted: true
       version: 3.11.0
     type: Opaque
     "
    `);
  });

  it.each([
    ['another name', { name: 'other' }, 'the Secret minio/kes-tls, not for the Secret minio/other'],
    [
      'another namespace',
      { namespace: 'other' },
      'the Secret minio/kes-tls, not for the Secret other/kes-tls',
    ],
    [
      'another name, in clear',
      { name: 'other', sealedKey: plainKey },
      'the Secret minio/kes-tls, not for the Secret minio/other',
    ],
    [
      'another name, for SOPS',
      { name: 'other', sealedKey: sopsKey },
      'data.private.key of the Secret minio/kes-tls, not for data.private.key of the Secret minio/other',
    ],
    [
      'another key of the data, for SOPS',
      { keys: { privateKey: 'tls.key', certificate: 'public.crt' }, sealedKey: sopsKey },
      'data.private.key of the Secret minio/kes-tls, not for data.tls.key of the Secret minio/kes-tls',
    ],
  ])('refuses %s than the key is sealed for', (_, more, places) => {
    expect(() => manifest(more)).toThrow(
      expect.objectContaining({
        code: 'SECRET_RENAMED',
        message: `the private key is sealed for ${places}`,
        hint: 'name it as before, or make a key for the new name: releaf renew',
      }) as Error,
    );
  });

  it.each([
    ['data', 'data'],
    ['metadata', 'metadata'],
    ['name', 'metadata.name'],
    ['type', 'type'],
    ['team', 'metadata.labels.team'],
    ['public.crt', 'data.public.crt'],
  ])('refuses to keep the key under "%s", with which SOPS would match more', (item, path) => {
    const keys = { privateKey: item, certificate: 'public.crt' };
    expect(() => manifest({ keys, sealedKey: { ...sopsKey, item } })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `the Secret minio/kes-tls has its private key under "${item}", and SOPS would take ${path} for encrypted as well`,
      }) as Error,
    );
  });

  it('refuses a certificate that the controller would execute as a template', () => {
    expect(() => manifest({ certificate: `{{ "x" }}\n${fakeCertificate}` })).toThrow(
      expect.objectContaining({
        code: 'PEM_INVALID',
        message:
          'the certificate for the Secret minio/kes-tls holds "{{", which Sealed Secrets would execute',
      }) as Error,
    );
  });
});
