import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { jsonSchema } from '../../lib/config/json-schema';
import { arbitraryConfig } from './arbitrary-config';
import { validConfig, withValue } from './valid-config';

const FILE = join(__dirname, '../../releaf.schema.json');

type Schema = Readonly<Record<string, unknown>>;

/** Every schema in the document, with the keys that lead to it. */
function* schemas(schema: unknown, path = ''): Generator<readonly [string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield [path, schema as Schema];
  for (const [key, value] of Object.entries(schema)) yield* schemas(value, `${path}/${key}`);
}

describe('releaf.schema.json', () => {
  const validate = addFormats(new Ajv2020({ strict: true, strictTypes: false })).compile(
    jsonSchema(),
  );

  it('is what the code says (UPDATE_SCHEMA=1 writes it)', () => {
    const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  });

  it('helps with every key and closes every mapping', () => {
    for (const [path, schema] of schemas(jsonSchema())) {
      const { properties, additionalProperties } = schema;
      if (typeof properties !== 'object' || properties === null || path.endsWith('/properties')) {
        continue;
      }
      expect([path, additionalProperties]).toEqual([path, false]);
      for (const [key, property] of Object.entries(properties as Record<string, Schema>)) {
        const help = 'description' in property || 'const' in property;
        expect([path, key, help]).toEqual([path, key, true]);
      }
    }
  });

  it('has no key that docs/config.md does not describe', () => {
    const docs = readFileSync(join(__dirname, '../../docs/config.md'), 'utf8');
    const keys = Array.from(schemas(jsonSchema()))
      .filter(([path]) => path.endsWith('/properties'))
      .flatMap(([, properties]) => Object.keys(properties));
    expect(keys.length).toBeGreaterThan(40);
    expect(keys.filter((key) => !new RegExp(`[\`.]${key}\\b`).test(docs))).toEqual([]);
  });

  it('accepts every valid config', () => {
    fc.assert(
      fc.property(arbitraryConfig, (written) => {
        const asYamlHasIt: unknown = JSON.parse(JSON.stringify(written));
        expect([validate(asYamlHasIt), validate.errors]).toEqual([true, null]);
      }),
    );
  });

  it.each([
    ['version', 2],
    ['zone', 1],
    ['certificates', { KES: {} }],
    ['~.dnsName', ['a.b']],
    ['~.dnsNames', ['A.b']],
    ['~.dnsNames', ['a.b', 'a.b']],
    ['~.ipAddresses', ['10.0.0.256']],
    ['~.duration', 90],
    ['~.duration', '3 monkeys'],
    ['~.renewAt', 2],
    ['~.renewAt', '30d'],
    ['~.key', 'rsa2048'],
    ['~.ca', '../ca.pem'],
    ['~.sealing', { type: 'plaintext' }],
    ['~.profile', 'minio-kes'],
    ['~.profile', { name: 'kubernetes-client' }],
    ['~.sealing', { type: 'sops', recipients: [] }],
    ['~.sealing', { type: 'sops', recipients: ['ssh-ed25519 AAAA'] }],
    ['~.keyPolicy', 'always'],
    ['~.secret.naming', 'unique'],
    ['~.emailAddresses', ['a@B.c']],
    ['~.uris', ['a.b/c']],
    ['~.references', [{ file: 'a.yaml' }]],
    ['~.secret.labels', { 'a b': 'c' }],
    ['~.restart', [{ patch: { kind: 'statefulSet', name: 'web' } }]],
    ['~.restart', [{ patch: { kind: 'Tenant', name: 'a', annotations: 'spec.pools[0].x' } }]],
    ['~.restart', [{ serverSideApply: { kind: 'Tenant' } }]],
    ['~.restart', [{ file: 'a.yaml', annotations: 'a', patch: { kind: 'Tenant', name: 'a' } }]],
    ['delivery', 'argocd'],
    ['delivery', { type: 'kubectl', kustomizations: {} }],
    ['delivery', { type: 'flux', kustomizations: { path: '../x' } }],
    ['delivery', { type: 'argo-cd', image: 'kubectl:latest' }],
  ])('lets editors mark %s: %j', (path, value) => {
    expect(validate(validConfig())).toBe(true);
    expect(validate(withValue(path, value))).toBe(false);
  });
});
