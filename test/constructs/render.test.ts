import fs from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { isManifestFile, MARKER } from '../../lib/delivery/output-file';
import { renderCertificate, type RenderedFile } from '../../lib/constructs/render';
import { certificate, issued, plainKey, revision, sopsKey, spec } from './kes';

function onlyFile(input: Parameters<typeof renderCertificate>[0]): RenderedFile {
  const files = renderCertificate(input);
  expect(files).toHaveLength(1);
  return files[0]!;
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('renderCertificate', () => {
  it('gives one file: the marker, the Secret, then the request', () => {
    const { file, text } = onlyFile(certificate(issued(1), revision(2)));
    expect(file).toBe('kes.k8s.yaml');
    const [first, ...rest] = text.split('\n');
    expect(first).toBe(MARKER);
    expect(rest.filter((line) => /^(kind|---)/.test(line))).toEqual([
      'kind: SealedSecret',
      '---',
      'kind: CertificateSigningRequest',
    ]);
    expect(rest.at(-1)).toBe('');
  });

  it('orders keys by name, after apiVersion, kind and metadata', () => {
    expect(onlyFile(certificate(revision(1))).text).toMatchInlineSnapshot(`
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
    const { text } = onlyFile(certificate(issued(1, { sealedKey: plainKey }), revision(2)));
    const read = (version: '1.1' | '1.2'): unknown[] =>
      [...parseAllDocuments(text, { version })].map((document): unknown => document.toJS());
    expect(read('1.1')).toEqual(read('1.2'));
    expect(read('1.1')).toMatchObject([
      { metadata: { name: 'kes-tls' } },
      { metadata: { name: 'kes-2-3f9ab2c1' } },
    ]);
  });

  it('puts a Secret that SOPS encrypts into a file of its own, its block sops last', () => {
    const files = renderCertificate(certificate(issued(1, { sealedKey: sopsKey }), revision(2)));
    expect(files.map(({ file }) => file)).toEqual(['kes.sops.yaml', 'kes.k8s.yaml']);
    const lines = files[0]!.text.split('\n');
    expect(lines[0]).toBe(MARKER);
    expect(lines.filter((line) => /^\w/.test(line))).toEqual([
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      'data:',
      'type: Opaque',
      'sops:',
    ]);
    // Go would take it for a time, and SOPS wants text.
    expect(files[0]!.text).toContain('lastmodified: "2026-11-21T12:00:00Z"');
    expect(files[1]!.text).not.toContain('kind: Secret');
  });

  it('keeps the key where SOPS opens it until the next one is issued', () => {
    const moved = { ...sopsKey, item: 'tls.key' };
    const keys = { privateKey: 'tls.key', certificate: 'tls.crt' };
    const { revisions } = certificate(
      issued(1, { sealedKey: sopsKey }),
      revision(2, { sealedKey: moved }),
    );
    const [secret] = renderCertificate({
      spec: { ...spec, secret: { ...spec.secret, keys } },
      revisions,
    });
    expect(parse(secret!.text)).toMatchObject({
      data: { 'private.key': sopsKey.value, 'tls.crt': expect.any(String) as string },
    });
  });

  it('has a file for the Secret of each revision when each has one of its own', () => {
    const perRevision = (number: number) => {
      const { record } = revision(number);
      const name = `kes-tls-${record.objectName.slice('kes-'.length)}`;
      return issued(number, { sealedKey: { ...sopsKey, name } });
    };
    const { revisions } = certificate(perRevision(1), perRevision(2));
    const secret = { ...spec.secret, naming: 'perRevision' } as const;
    const files = renderCertificate({ spec: { ...spec, secret }, revisions });
    expect(files.map(({ file, text }) => [file, /^ {2}name: (.+)$/m.exec(text)?.[1]])).toEqual([
      ['kes.2.sops.yaml', 'kes-tls-2-3f9ab2c1'],
      ['kes.1.sops.yaml', 'kes-tls-1-3f9ab2c1'],
    ]);
    expect(files.every(({ file }) => isManifestFile(file))).toBe(true);
  });

  it('gives nothing while there is no revision', () => {
    expect(renderCertificate(certificate())).toEqual([]);
    expect(renderCertificate(certificate(issued(1, { withdrawn: true })))).toEqual([]);
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
