import { App, Chart, Yaml } from 'cdk8s';
import { CertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1';
import { SigningRequest } from '../../lib/constructs/signing-request';
import type { SigningRequestProps } from '../../lib/constructs/signing-request';
import { revision } from './kes';

const props: SigningRequestProps = {
  name: 'kes-2-3f9ab2c1',
  request: revision(2).request,
  signerName: 'kubernetes.io/kubelet-serving',
  usages: ['digital signature', 'server auth'],
  expirationSeconds: 7_776_000,
};

function manifest(more: Partial<SigningRequestProps> = {}, namespace?: string) {
  const chart = new Chart(new App(), 'test', namespace === undefined ? {} : { namespace });
  new SigningRequest(chart, 'Request', { ...props, ...more });
  return (chart.toJson() as ConstructorParameters<typeof CertificateSigningRequest>[0][])[0]!;
}

describe('SigningRequest', () => {
  it('holds what its author decides, and nothing that the API server owns', () => {
    expect(Yaml.stringify(manifest())).toMatchInlineSnapshot(`
     "apiVersion: certificates.k8s.io/v1
     kind: CertificateSigningRequest
     metadata:
       name: kes-2-3f9ab2c1
     spec:
       expirationSeconds: 7776000
       request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KWVhOclpXUWdNZz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=
       signerName: kubernetes.io/kubelet-serving
       usages:
         - digital signature
         - server auth
     "
    `);
  });

  it('is valid for Kubernetes', () => {
    const labels = { a: 'b' };
    const object = new CertificateSigningRequest(manifest({ labels, annotations: labels }));
    expect(() => {
      object.validate();
    }).not.toThrow();
    expect(object.metadata).toMatchObject({ labels, annotations: labels });
  });

  it('is the same inside a Chart with a namespace, since the kind has none', () => {
    expect(manifest({}, 'minio')).toEqual(manifest());
  });

  it('carries the request byte for byte', () => {
    const { request } = manifest().spec;
    expect(Buffer.from(request, 'base64').toString()).toBe(props.request);
  });
});
