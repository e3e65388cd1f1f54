import fc from 'fast-check';
import { mergeConfig } from '../../lib/config/merge-config';
import { parseConfig } from '../../lib/config/parse-config';
import { arbitraryConfig } from './arbitrary-config';

describe('a config that extends another', () => {
  it('merges mappings by key, replaces lists and texts, and loses the key extends', () => {
    const base = {
      version: 1,
      extends: 'older.yaml',
      defaults: { duration: '30d', secret: { labels: { team: 'a', tier: 'b' } } },
      certificates: { kes: { dnsNames: ['a.b', 'c.d'], ca: 'ca.pem' }, web: {} },
    };
    const own = {
      version: 1,
      extends: '../base.yaml',
      defaults: { secret: { labels: { tier: 'c' }, namespace: 'x' } },
      certificates: { kes: { dnsNames: ['e.f'] } },
    };
    expect(mergeConfig(base, own)).toEqual({
      version: 1,
      defaults: {
        duration: '30d',
        secret: { labels: { team: 'a', tier: 'c' }, namespace: 'x' },
      },
      certificates: { kes: { dnsNames: ['e.f'], ca: 'ca.pem' }, web: {} },
    });
  });

  it('replaces a sealing of another type and a profile of another name whole', () => {
    const base = {
      sealing: { type: 'sealed-secrets', certificate: 'a.pem' },
      profile: { name: 'minio-kes', tenant: 't', replicas: 3 },
    };
    const own = {
      sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
      profile: { name: 'minio-kes', replicas: 4 },
    };
    expect(mergeConfig({ certificates: { a: base } }, { certificates: { a: own } })).toEqual({
      certificates: {
        a: { sealing: own.sealing, profile: { name: 'minio-kes', tenant: 't', replicas: 4 } },
      },
    });
  });

  it('replaces a delivery of another type whole', () => {
    const base = { delivery: { type: 'flux', layout: 'object', kustomizations: { path: 'a' } } };
    expect(mergeConfig(base, { delivery: { type: 'argo-cd' } })).toEqual({
      delivery: { type: 'argo-cd' },
    });
    expect(mergeConfig(base, { delivery: { kustomizations: { path: 'b' } } })).toEqual({
      delivery: { ...base.delivery, kustomizations: { path: 'b' } },
    });
    expect(mergeConfig(base, { delivery: 'kubectl' })).toEqual({ delivery: 'kubectl' });
  });

  it('merges certificates that are called sealing and profile like any other', () => {
    const base = { certificates: { sealing: { ca: 'a' }, profile: { ca: 'b' } } };
    const own = { certificates: { sealing: { key: 'k' }, profile: { key: 'k' } } };
    expect(mergeConfig(base, own)).toEqual({
      certificates: { sealing: { ca: 'a', key: 'k' }, profile: { ca: 'b', key: 'k' } },
    });
  });

  it('keeps __proto__ and constructor as keys and touches no prototype', () => {
    const merged = mergeConfig(
      JSON.parse('{"certificates":{"__proto__":{"a":1},"constructor":{"a":1}}}'),
      JSON.parse('{"certificates":{"__proto__":{"polluted":1},"constructor":{"b":2}}}'),
    );
    expect(JSON.stringify(merged)).toBe(
      '{"certificates":{"__proto__":{"a":1,"polluted":1},"constructor":{"a":1,"b":2}}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf((merged as { certificates: object }).certificates)).toBe(
      Object.prototype,
    );
  });

  it.each([
    [null, { a: 1 }, { a: 1 }],
    [{ a: 1 }, null, null],
    [{ a: 1 }, undefined, { a: 1 }],
    [[1, 2], [3], [3]],
    [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    [{ a: 1 }, { a: undefined }, { a: 1 }],
    ['x', 3, 3],
  ])('takes any shape: %j under %j is %j', (base, own, merged) => {
    expect(mergeConfig(base, own)).toEqual(merged);
  });

  it('ends for mappings that turn to themselves', () => {
    const base: Record<string, unknown> = { a: 1 };
    const own: Record<string, unknown> = { b: 2 };
    base['self'] = base;
    own['self'] = own;
    expect(mergeConfig(base, own)).toMatchObject({ a: 1, b: 2, self: { a: 1, b: 2 } });
  });

  it('means the same over nothing, over itself, and beneath nothing', () => {
    fc.assert(
      fc.property(arbitraryConfig, (written) => {
        const config = parseConfig(written, 'x');
        expect(parseConfig(mergeConfig({}, written), 'x')).toEqual(config);
        expect(parseConfig(mergeConfig(written, written), 'x')).toEqual(config);
        expect(parseConfig(mergeConfig(written, { extends: 'x' }), 'x')).toEqual(config);
      }),
    );
  });
});
