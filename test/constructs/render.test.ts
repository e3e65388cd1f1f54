import fs from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { MARKER, renderCertificate } from '../../lib/constructs/render';
import { certificate, issued, plainKey, revision } from './kes';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('renderCertificate', () => {
  it('gives one file: the marker, the Secret, then the request', () => {
    const rendered = renderCertificate(certificate(issued(1), revision(2)));
    expect(rendered?.file).toBe('kes.k8s.yaml');
    const [first, ...rest] = rendered!.text.split('\n');
    expect(first).toBe(MARKER);
    expect(rest.filter((line) => /^(kind|---)/.test(line))).toEqual([
      'kind: SealedSecret',
      '---',
      'kind: CertificateSigningRequest',
    ]);
    expect(rest.at(-1)).toBe('');
  });

  it('orders keys by name, after apiVersion, kind and metadata', () => {
    expect(renderCertificate(certificate(revision(1)))?.text).toMatchInlineSnapshot(`
     "# Written by releaf synth from certificates/. Do not edit: change the config or run releaf.
     apiVersion: certificates.k8s.io/v1
     kind: CertificateSigningRequest
     metadata:
       annotations:
         releaf.dev/revision: "1"
       labels:
         app.kubernetes.io/managed-by: releaf
         releaf.dev/certificate: kes
       name: kes-1-3f9ab2c1
     spec:
       expirationSeconds: 7776000
       request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KWVhOclpXUWdNUT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=
       signerName: kubernetes.io/kubelet-serving
       usages:
         - digital signature
         - key encipherment
         - server auth
     "
    `);
  });

  it('names every object, and reads the same in YAML 1.1 and 1.2', () => {
    const text = renderCertificate(
      certificate(issued(1, { sealedKey: plainKey }), revision(2)),
    )!.text;
    const read = (version: '1.1' | '1.2'): unknown[] =>
      [...parseAllDocuments(text, { version })].map((document): unknown => document.toJS());
    expect(read('1.1')).toEqual(read('1.2'));
    expect(read('1.1')).toMatchObject([
      { metadata: { name: 'kes-tls' } },
      { metadata: { name: 'kes-2-3f9ab2c1' } },
    ]);
  });

  it('gives nothing while there is no revision', () => {
    expect(renderCertificate(certificate())).toBeUndefined();
    expect(renderCertificate(certificate(issued(1, { withdrawn: true })))).toBeUndefined();
  });

  it.each([
    ['CDK8S_DISABLE_SORT', '1'],
    ['CDK8S_LEGACY_HASH', '1'],
    ['CDK8S_OUTDIR', '/nowhere'],
    ['CDK8S_RECORD_CONSTRUCT_METADATA', 'true'],
    ['TZ', 'Pacific/Kiritimati'],
    ['LANG', 'tr_TR.UTF-8'],
  ])('gives the same bytes whatever %s is', (name, value) => {
    const input = certificate(issued(1), revision(2));
    const before = renderCertificate(input);
    const old = process.env[name];
    process.env[name] = value;
    try {
      expect(renderCertificate(input)).toEqual(before);
    } finally {
      if (old === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = old;
    }
  });

  it('gives the same bytes whatever the order of labels', () => {
    const input = certificate(issued(1));
    const labelled = (labels: Readonly<Record<string, string>>) =>
      renderCertificate({
        ...input,
        spec: { ...input.spec, secret: { ...input.spec.secret, labels } },
      });
    expect(labelled({ b: '1', Z: '2', ä: '3' })).toEqual(labelled({ ä: '3', Z: '2', b: '1' }));
  });

  it('asks neither clock nor chance nor locale, and writes no file', () => {
    const input = certificate(issued(1), revision(2));
    const expected = renderCertificate(input);
    const forbidden = (): never => {
      throw new Error('synth is pure');
    };
    jest.spyOn(globalThis, 'Date').mockImplementation(forbidden);
    jest.spyOn(Math, 'random').mockImplementation(forbidden);
    jest.spyOn(String.prototype, 'localeCompare').mockImplementation(forbidden);
    jest.spyOn(fs, 'mkdirSync').mockImplementation(forbidden);
    jest.spyOn(fs, 'writeFileSync').mockImplementation(forbidden);
    expect(renderCertificate(input)).toEqual(expected);
  });

  it('leaves its input as it was', () => {
    const input = certificate(issued(1), revision(2));
    const before = structuredClone(input);
    renderCertificate(input);
    expect(input).toEqual(before);
  });
});
