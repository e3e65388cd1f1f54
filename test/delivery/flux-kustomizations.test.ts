import { fluxKustomizations } from '../../lib/delivery/flux-kustomizations';
import type { DeliverySpec, FluxKustomizations } from '../../lib/model/delivery-spec';

const delivery = (own: Partial<FluxKustomizations> = {}): DeliverySpec => ({
  engine: 'flux',
  layout: 'certificate',
  request: 'manifest',
  approve: 'automatic',
  image: 'registry.example.com/kubectl:1.36.3',
  kustomizations: {
    name: 'releaf',
    namespace: 'flux-system',
    source: { kind: 'GitRepository', name: 'fleet' },
    path: 'clusters/prod',
    interval: '10m',
    ...own,
  },
});

const FOLDERS = ['secrets', 'requests', 'restarts'];

interface Kustomization {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const specsOf = (own: Partial<FluxKustomizations> = {}, folders = FOLDERS) =>
  new Map(
    (fluxKustomizations(delivery(own), folders) as readonly Kustomization[]).map(
      ({ metadata, spec }) => [metadata.name, spec] as const,
    ),
  );

describe('fluxKustomizations', () => {
  it('says each folder, from where, how often, and waits for all in it', () => {
    const sourceRef = { kind: 'GitRepository', name: 'fleet' };
    const shared = { interval: '10m', prune: true, wait: true, sourceRef };
    expect(fluxKustomizations(delivery(), FOLDERS)).toMatchObject(
      ['requests', 'restarts', 'secrets'].map((folder) => ({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: `releaf-${folder}`, namespace: 'flux-system' },
        spec: { ...shared, path: `./clusters/prod/dist/${folder}` },
      })),
    );
  });

  it('begins the path at the top of the source where the config lies there', () => {
    expect(specsOf({ path: '' }).get('releaf-secrets')?.['path']).toBe('./dist/secrets');
  });

  it('lets restarts wait for the Secrets, and nothing for the requests', () => {
    expect([...specsOf()].map(([name, { dependsOn }]) => [name, dependsOn])).toEqual([
      ['releaf-requests', undefined],
      ['releaf-restarts', [{ name: 'releaf-secrets' }]],
      ['releaf-secrets', undefined],
    ]);
  });

  it('waits for a person no longer than a minute', () => {
    expect([...specsOf().values()].map(({ timeout }) => timeout)).toEqual(['1m', '5m', '5m']);
  });

  it('has Secrets decrypted, and nothing else, where a key for it is named', () => {
    const decryption = { provider: 'sops', secretRef: { name: 'age' } };
    const specs = [...specsOf({ decryptionSecret: 'age' }).values()];
    expect(specs.map((spec) => spec['decryption'])).toEqual([undefined, undefined, decryption]);
    expect(specsOf().get('releaf-secrets')).not.toHaveProperty('decryption');
  });

  it('asks the controllers whether they are done', () => {
    const kinds = [...specsOf()].map(([name, { healthCheckExprs = [] }]) => [
      name,
      ...(healthCheckExprs as readonly { readonly kind: string }[]).map(({ kind }) => kind),
    ]);
    expect(kinds).toEqual([
      ['releaf-requests', 'CertificateSigningRequest'],
      ['releaf-restarts'],
      ['releaf-secrets', 'SealedSecret'],
    ]);
  });

  it('never lets Flux replace an object or put values into a script', () => {
    for (const spec of specsOf().values()) {
      expect(Object.keys(spec)).not.toContain('force');
      expect(Object.keys(spec)).not.toContain('postBuild');
    }
  });

  it('has none for a folder that is not there, and none unless the config asks', () => {
    expect([...specsOf({}, ['secrets', 'requests']).keys()]).toEqual([
      'releaf-requests',
      'releaf-secrets',
    ]);
    const { engine, layout, request, approve, image } = delivery();
    const unasked = { engine, layout, request, approve, image };
    expect(fluxKustomizations(unasked, FOLDERS)).toEqual([]);
  });
});
