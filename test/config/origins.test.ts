import { mergeConfig } from '../../lib/config/merge-config';
import { originsOf, type ConfigLayer } from '../../lib/config/origins';
import { parseConfig } from '../../lib/config/parse-config';
import { linesOf } from '../../lib/yaml/line-of';
import { readYamlValue } from '../../lib/yaml/read-yaml';

function layer(file: string, text: string): ConfigLayer {
  const reading = readYamlValue(text);
  if ('problem' in reading) throw new Error(reading.problem.message);
  return { file, written: reading.value, lineOf: linesOf(text) };
}

/** Origins of the one certificate, by path, as `value <- from place`. */
function origins(...layers: readonly ConfigLayer[]): Record<string, string> {
  const written = layers.reduceRight<unknown>(
    (base, one) => mergeConfig(base, one.written),
    undefined,
  );
  const [spec] = parseConfig(written, 'releaf.yaml').certificates;
  return Object.fromEntries(
    originsOf(layers, spec!).map(({ path, value, origin }) => {
      const { from, profile, file, line } = { profile: '', file: '', line: '', ...origin };
      return [path, `${String(value)} <- ${[from, profile, file, line].filter(Boolean).join(' ')}`];
    }),
  );
}

const OWN = `version: 1
extends: ../base.yaml
defaults:
  signer: example.com/internal
certificates:
  web:
    dnsNames:
      - web.example.com
    secret:
      name: web-tls
    sealing: { type: sealed-secrets, certificate: pem/prod.pem }
`;

const BASE = `version: 1
defaults:
  signer: example.com/other
  key: rsa-2048
  secret:
    namespace: shop
    labels: { team: a }
  sealing:
    type: sealed-secrets
    certificate: base.pem
    scope: namespace-wide
certificates:
  web:
    duration: 30d
`;

it('tells for each value whether entry, defaults or nobody said it, and in which line', () => {
  expect(origins(layer('releaf.yaml', OWN), layer('../base.yaml', BASE))).toMatchObject({
    dnsNames: 'web.example.com <- entry releaf.yaml 7',
    duration: '30d <- entry ../base.yaml 14',
    key: 'rsa-2048 <- defaults ../base.yaml 4',
    profile: 'generic <- built-in',
    'sealing.certificate': 'pem/prod.pem <- entry releaf.yaml 11',
    'sealing.scope': 'namespace-wide <- defaults ../base.yaml 11',
    'secret.labels.team': 'a <- defaults ../base.yaml 7',
    'secret.name': 'web-tls <- entry releaf.yaml 10',
    'secret.namespace': 'shop <- defaults ../base.yaml 6',
    'secret.type': 'kubernetes.io/tls <- built-in',
    signer: 'example.com/internal <- defaults releaf.yaml 4',
    usages: 'digital signature,key encipherment,server auth <- built-in',
  });
});

it('leaves out what a certificate does not have', () => {
  const all = origins(layer('releaf.yaml', OWN), layer('../base.yaml', BASE));
  expect(Object.keys(all)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/ipAddresses|uris|restart|commonName|^ca$/)]),
  );
});

it('names the profile that says a value, and where it was chosen', () => {
  const config = `version: 1
certificates:
  kes:
    profile:
      name: minio-kes
      tenant: kes-tenant
    secret: { namespace: default }
    key: rsa-2048
    sealing: { type: sealed-secrets, certificate: sealing.pem }
    ca: ca.pem
`;
  expect(origins(layer('releaf.yaml', config))).toMatchObject({
    profile: 'minio-kes <- entry releaf.yaml 4',
    signer: 'kubernetes.io/kubelet-serving <- profile minio-kes releaf.yaml 4',
    'secret.name': 'kes-tenant-kes-tls <- profile minio-kes releaf.yaml 4',
    'subject.organizations': 'system:nodes <- profile minio-kes releaf.yaml 4',
    key: 'rsa-2048 <- entry releaf.yaml 8',
    keyPolicy: 'rotate <- built-in',
  });
});

it('knows the file only where the config is code', () => {
  const typed = layer('releaf.config.ts', OWN.replace(/^extends.*\n/m, ''));
  const all = originsOf(
    [{ ...typed, lineOf: () => undefined }],
    parseConfig(mergeConfig({ defaults: { secret: { namespace: 'x' } } }, typed.written), 'x')
      .certificates[0]!,
  );
  expect(all.find(({ path }) => path === 'signer')).toEqual({
    path: 'signer',
    value: 'example.com/internal',
    origin: { from: 'defaults', file: 'releaf.config.ts' },
  });
});

describe('a line is found', () => {
  it.each([
    ['of a key in a flow mapping', 'a:\n  b: { c: 1,\n   d: 2 }\n', ['a', 'b', 'd'], 3],
    ['of an item of a list', 'a:\n- x\n- y: 1\n', ['a', 1], 3],
    ['behind an alias', 'x: &x\n  y: 1\nz: *x\n', ['z', 'y'], 2],
    ['of a quoted key', '"a b":\n  1: 2\n', ['a b', '1'], 2],
    ['never of what is not there', 'a: 1\n', ['a', 'b'], undefined],
    ['never in what is no YAML', 'a: {', ['a'], undefined],
  ])('%s', (_, text, path, line) => {
    expect(linesOf(text)(path)).toBe(line);
  });
});
