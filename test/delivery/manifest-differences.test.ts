import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { manifestDifferences } from '../../lib/delivery/manifest-differences';
import { formatPath } from '../../lib/delivery/yaml-path';

const differences = (found: object, wanted: object): readonly string[] =>
  manifestDifferences(found, wanted).map(formatPath);

const OBJECT = {
  kind: 'Job',
  metadata: { name: 'a', namespace: 'b', labels: { ours: 'x' } },
  spec: { template: { metadata: { labels: { ours: 'x' } }, spec: { args: ['a', 'b'] } } },
};

it.each<[string, object, readonly string[]]>([
  ['nothing', {}, []],
  ['another name', { metadata: { ...OBJECT.metadata, name: 'c', namespace: 'd' } }, []],
  ['what the API server adds', { metadata: { ...OBJECT.metadata, uid: 'u', finalizers: [] } }, []],
  ['a label', { metadata: { ...OBJECT.metadata, labels: { ours: 'x', theirs: 'y' } } }, []],
  ['annotations', { metadata: { ...OBJECT.metadata, annotations: { theirs: 'y' } } }, []],
  ['no labels', { metadata: { name: 'a', namespace: 'b' } }, ['metadata.labels.ours']],
  ['no metadata', { metadata: undefined }, ['metadata']],
  [
    'a scope of Sealed Secrets',
    {
      metadata: {
        ...OBJECT.metadata,
        annotations: { 'sealedsecrets.bitnami.com/cluster-wide': 'true' },
      },
    },
    ['metadata.annotations["sealedsecrets.bitnami.com/cluster-wide"]'],
  ],
  ['another field', { status: {} }, ['status']],
  [
    'another list',
    { spec: { template: { ...OBJECT.spec.template, spec: { args: ['b', 'a'] } } } },
    ['spec.template.spec.args'],
  ],
  [
    'a name on the template',
    {
      spec: {
        template: { ...OBJECT.spec.template, metadata: { labels: { ours: 'x' }, name: 'x' } },
      },
    },
    ['spec.template.metadata.name'],
  ],
  [
    'a template whose label is lost',
    { spec: { template: { ...OBJECT.spec.template, metadata: { labels: { more: 'x' } } } } },
    ['spec.template.metadata.labels.ours'],
  ],
])('tells an object with %s', (_, change, says) => {
  expect(differences({ ...OBJECT, ...change }, OBJECT)).toEqual(says);
});

it('lets a template without metadata get labels', () => {
  expect(differences({ template: { metadata: { labels: { a: 'b' } } } }, { template: {} })).toEqual(
    [],
  );
});

it('finds an object different just where its bytes are, but for labels and annotations', () => {
  const json = fc.json({ maxDepth: 3 });
  fc.assert(
    fc.property(json, json, (...texts) => {
      const [one, again, other] = [texts[0], ...texts].map((text) => JSON.parse(text) as unknown);
      expect(differences({ data: again }, { data: one })).toEqual([]);
      expect(differences({ data: one }, { data: other }).length === 0).toBe(
        isDeepStrictEqual(one, other),
      );
    }),
  );
});
