import { DEFAULT_IMAGE, resolveDelivery } from '../../lib/config/resolve-delivery';
import type { WrittenDelivery, WrittenKustomizations } from '../../lib/config/written-config';
import { ENGINES } from '../../lib/model/delivery-spec';
import { problemsOf } from './problems-of';
import { withValue } from './valid-config';

const resolved = (written?: WrittenDelivery, sops?: boolean) => {
  const { delivery, problems } = resolveDelivery(written, sops);
  expect(problems).toEqual([]);
  return delivery;
};

const kustomizations = (written: WrittenKustomizations, sops?: boolean) =>
  resolved({ type: 'flux', kustomizations: written }, sops).kustomizations;

describe('delivery', () => {
  it('is kubectl with manifests, a file for each certificate, unless something else is said', () => {
    expect(resolved()).toEqual({
      engine: 'kubectl',
      layout: 'certificate',
      request: 'manifest',
      approve: 'automatic',
      image: DEFAULT_IMAGE,
    });
    expect(resolved('kubectl')).toEqual(resolved());
    expect(resolved({ type: 'kubectl' })).toEqual(resolved());
  });

  it('has a Job create the requests where Argo CD would leave them out', () => {
    expect(ENGINES.map((engine) => [engine, resolved(engine).request])).toEqual([
      ['kubectl', 'manifest'],
      ['kustomize', 'manifest'],
      ['argo-cd', 'job'],
      ['flux', 'manifest'],
    ]);
  });

  it('is what is said', () => {
    const said = { layout: 'object', request: 'job', approve: 'manual', image: 'a/b:1' } as const;
    for (const engine of ENGINES) {
      expect(resolved({ type: engine, ...said })).toEqual({ engine, ...said });
    }
    expect(resolved({ type: 'argo-cd', request: 'manifest' }).request).toBe('manifest');
  });

  it('knows nobody who approves where no Job is', () => {
    const text =
      'delivery.approve: got manual; it says what the Job does, and with request: manifest there is none; leave it out, or write request: job';
    expect(problemsOf(withValue('delivery', { type: 'flux', approve: 'manual' }))).toEqual([text]);
    const lifted = { type: 'argo-cd', request: 'manifest', approve: 'manual' };
    expect(problemsOf(withValue('delivery', lifted))).toEqual([text]);
    expect(problemsOf(withValue('delivery', { type: 'argo-cd', approve: 'manual' }))).toEqual([]);
  });

  describe('with a certificate that logs in to the API server', () => {
    const client = {
      profile: { name: 'kubernetes-client', user: 'jane' },
      secret: { name: 'jane', namespace: 'default' },
      sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
    };
    const problems = (delivery: object, certificates: object = { jane: client }) =>
      problemsOf({ version: 1, certificates, delivery });

    it('refuses that a Job approves it', () => {
      const more = {
        john: { ...client, secret: { name: 'john', namespace: 'default' } },
        node: {
          ...client,
          profile: undefined,
          commonName: 'system:node:a',
          subject: { organizations: ['system:nodes'] },
          usages: ['digital signature', 'client auth'],
          signer: 'kubernetes.io/kube-apiserver-client-kubelet',
          secret: { name: 'node', namespace: 'default' },
        },
      };
      const text = (signer: string, name: string, others = '') =>
        `delivery.approve: got automatic; what ${signer} signs for certificates.${name}${others} logs in to the API server, and a Job approves no such request; leave approve out, or say manual: releaf approve ${name}`;
      const automatic = { type: 'argo-cd', approve: 'automatic' };
      const signer = 'kubernetes.io/kube-apiserver-client';
      expect(problems(automatic)).toEqual([text(signer, 'jane')]);
      expect(problems(automatic, { jane: client, ...more })).toEqual([
        text(signer, 'jane', ', and 2 more,'),
      ]);
      expect(problems(automatic, { node: more.node })).toEqual([text(`${signer}-kubelet`, 'node')]);
    });

    it.each([
      { type: 'argo-cd' },
      { type: 'argo-cd', approve: 'manual' },
      { type: 'kubectl', request: 'job' },
    ])('takes %j, and a person approves it', (delivery) => {
      expect(problems(delivery)).toEqual([]);
    });
  });

  it('is the same for every certificate', () => {
    expect(problemsOf(withValue('delivery', 'flux'))).toEqual([]);
  });
});

describe('the Kustomization objects of Flux', () => {
  it('are asked for', () => {
    expect(resolved('flux')).not.toHaveProperty('kustomizations');
    expect(kustomizations({})).toEqual({
      name: 'releaf',
      namespace: 'flux-system',
      source: { kind: 'GitRepository', name: 'flux-system' },
      path: '',
      interval: '10m',
    });
  });

  it('decrypt with the usual key where SOPS seals, or with the one that is said', () => {
    expect(kustomizations({}, true)?.decryptionSecret).toBe('sops-age');
    expect(kustomizations({ decryptionSecret: 'age' }, true)?.decryptionSecret).toBe('age');
    expect(kustomizations({ decryptionSecret: 'age' })?.decryptionSecret).toBe('age');
  });

  it.each([
    ['.', ''],
    ['./', ''],
    ['./clusters/prod/', 'clusters/prod'],
    ['clusters/prod', 'clusters/prod'],
    ['.hidden/a', '.hidden/a'],
    ['./.hidden', '.hidden'],
  ])('find the folder %s', (path, expected) => {
    expect(problemsOf(withValue('delivery', { type: 'flux', kustomizations: { path } }))).toEqual(
      [],
    );
    expect(kustomizations({ path })?.path).toBe(expected);
  });
});
