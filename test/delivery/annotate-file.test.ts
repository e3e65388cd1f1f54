import fc from 'fast-check';
import { Document, parseAllDocuments, visit } from 'yaml';
import { annotateFile, readAnnotation, type Annotation } from '../../lib/delivery/annotate-file';
import type { Place } from '../../lib/delivery/find-annotations';
import { formatPath, parsePath } from '../../lib/delivery/yaml-path';
import { parseFile } from '../../lib/delivery/yaml-file';
import { ReleafError } from '../../lib/model/errors';

jest.mock('../../lib/delivery/yaml-file', () => {
  const actual = jest.requireActual<{ parseFile: typeof parseFile }>(
    '../../lib/delivery/yaml-file',
  );
  return { ...actual, parseFile: jest.fn(actual.parseFile) };
});

/** Sets one annotation. */
const annotate = (yaml: string, place: Place, key: string, value: string): string =>
  annotateFile(yaml, [{ place, key, value }]);

const KEY = 'restart.releaf.dev/kes';

/** Lines to text; the last line ends too. */
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

interface Edit {
  readonly why: string;
  readonly at: string;
  readonly object?: { readonly kind: string; readonly name: string };
  readonly before: string;
  readonly after: string;
}

const EDITS: readonly Edit[] = [
  {
    why: 'replaces the value only and keeps the comment behind it',
    at: 'spec.kes.annotations',
    before: text(
      'spec:',
      '  kes:',
      '    annotations:',
      `      ${KEY}: "old"   # by releaf`,
      '      a: b',
    ),
    after: text(
      'spec:',
      '  kes:',
      '    annotations:',
      `      ${KEY}: "new"   # by releaf`,
      '      a: b',
    ),
  },
  {
    why: 'replaces a plain, a single-quoted and a quoted-key entry',
    at: 'annotations',
    before: text('annotations:', `  '${KEY}': 'o''ld'`),
    after: text('annotations:', `  '${KEY}': "new"`),
  },
  {
    why: 'replaces a value of several lines',
    at: 'annotations',
    before: text('annotations:', `  ${KEY}: one`, '    two # here', '  a: b'),
    after: text('annotations:', `  ${KEY}: "new" # here`, '  a: b'),
  },
  {
    why: 'fills an entry without a value',
    at: 'annotations',
    before: text('annotations:', `  ${KEY}: # later`, '  a: b'),
    after: text('annotations:', `  ${KEY}: "new" # later`, '  a: b'),
  },
  {
    why: 'keeps the anchor of a value',
    at: 'annotations',
    before: text('annotations:', `  ${KEY}: &digest "old"`, 'x: *digest'),
    after: text('annotations:', `  ${KEY}: &digest "new"`, 'x: *digest'),
  },
  {
    why: 'replaces an alias by the value',
    at: 'annotations',
    before: text('x: &digest old', 'annotations:', `  ${KEY}: *digest`),
    after: text('x: &digest old', 'annotations:', `  ${KEY}: "new"`),
  },
  {
    why: 'adds a line behind the last entry, before the comments and blank lines that follow',
    at: 'spec.kes.annotations',
    before: text(
      'spec:',
      '  kes:',
      '    annotations:',
      '      a: b # keep',
      '',
      '    # next',
      '    image: kes',
    ),
    after: text(
      ...['spec:', '  kes:', '    annotations:', '      a: b # keep', `      ${KEY}: "new"`, ''],
      ...['    # next', '    image: kes'],
    ),
  },
  {
    why: 'stays behind a block scalar, with its blank lines',
    at: 'annotations',
    before: text('annotations:', '  a: |+', '    text', '', '', 'x: 1'),
    after: text('annotations:', '  a: |+', '    text', '', '', `  ${KEY}: "new"`, 'x: 1'),
  },
  {
    why: 'stays right behind a clipped block scalar',
    at: 'annotations',
    before: text('annotations:', '  a: >', '    text', '', 'x: 1'),
    after: text('annotations:', '  a: >', '    text', `  ${KEY}: "new"`, '', 'x: 1'),
  },
  {
    why: 'stays behind a nested mapping that ends without a value',
    at: 'spec',
    before: text('spec:', '  a:', '    - b:', '        c: # none', 'x: 1'),
    after: text('spec:', '  a:', '    - b:', '        c: # none', `  ${KEY}: "new"`, 'x: 1'),
  },
  {
    why: 'keeps a missing newline at the end missing',
    at: 'metadata.annotations',
    before: 'metadata:\n  annotations:\n    a: b',
    after: `metadata:\n  annotations:\n    a: b\n    ${KEY}: "new"`,
  },
  {
    why: 'keeps CRLF',
    at: 'metadata.annotations',
    before: 'metadata:\r\n  annotations:\r\n    a: b\r\nx: 1\r\n',
    after: `metadata:\r\n  annotations:\r\n    a: b\r\n    ${KEY}: "new"\r\nx: 1\r\n`,
  },
  {
    why: 'keeps CRLF behind a block scalar and without a last newline',
    at: 'annotations',
    before: '# x\r\nannotations:\r\n  a: |\r\n    b\r\n',
    after: `# x\r\nannotations:\r\n  a: |\r\n    b\r\n  ${KEY}: "new"\r\n`,
  },
  {
    why: 'keeps a byte order mark',
    at: 'annotations',
    before: '\ufeffannotations:\n  a: b\n',
    after: `\ufeffannotations:\n  a: b\n  ${KEY}: "new"\n`,
  },
  {
    why: 'adds to a flow mapping',
    at: 'metadata.annotations',
    before: text('metadata: {annotations: {a: b}, name: x} # c'),
    after: text(`metadata: {annotations: {a: b, ${KEY}: "new"}, name: x} # c`),
  },
  {
    why: 'adds to a flow mapping of several lines with a comma at the end',
    at: 'annotations',
    before: text('annotations: {', '  a: b,', '  "c": "d", # last', '}'),
    after: text('annotations: {', '  a: b,', `  "c": "d", ${KEY}: "new", # last`, '}'),
  },
  {
    why: 'replaces within a flow mapping',
    at: 'annotations',
    before: text(`annotations: {"${KEY}":"old","a":1}`),
    after: text(`annotations: {"${KEY}":"new","a":1}`),
  },
  {
    why: 'adds to JSON',
    at: 'metadata.annotations',
    before: text('{"metadata":{"annotations":{"a":"b"}}}'),
    after: text(`{"metadata":{"annotations":{"a":"b", ${KEY}: "new"}}}`),
  },
  {
    why: 'fills {} as Helm values have it',
    at: 'podAnnotations',
    before: text('# Annotations of the pods', 'podAnnotations: {}  # none', 'podLabels: {}'),
    after: text(
      '# Annotations of the pods',
      `podAnnotations: {${KEY}: "new"}  # none`,
      'podLabels: {}',
    ),
  },
  {
    why: 'fills annotations that are empty',
    at: 'spec.kes.annotations',
    before: text('spec:', '    kes:', '        annotations: # none yet', '        image: kes'),
    after: text(
      ...['spec:', '    kes:', '        annotations: # none yet', `            ${KEY}: "new"`],
      '        image: kes',
    ),
  },
  {
    why: 'fills annotations that are ~',
    at: 'annotations',
    before: text('annotations: ~ # none yet', 'x: 1'),
    after: text(`annotations: {${KEY}: "new"} # none yet`, 'x: 1'),
  },
  {
    why: 'fills annotations without a value inside braces',
    at: 'metadata.annotations',
    before: text('metadata: {annotations, name: x}'),
    after: text(`metadata: {annotations: {${KEY}: "new"}, name: x}`),
  },
  {
    why: 'adds annotations to a block mapping, indented as the file is',
    at: 'spec.template.metadata.annotations',
    before: text(
      'spec:',
      '    template:',
      '        metadata:',
      '            labels: {a: b}',
      '        spec: {}',
    ),
    after: text(
      ...['spec:', '    template:', '        metadata:', '            labels: {a: b}'],
      ...['            annotations:', `                ${KEY}: "new"`, '        spec: {}'],
    ),
  },
  {
    why: 'adds annotations to a flow mapping',
    at: 'metadata.annotations',
    before: text('metadata: {}'),
    after: text(`metadata: {annotations: {${KEY}: "new"}}`),
  },
  {
    why: 'finds the first pool of a Tenant, whose list is not indented',
    at: 'spec.pools[0].annotations',
    before: text('spec:', '  pools:', '  - name: pool-0', '    servers: 4', '  - name: pool-1'),
    after: text(
      ...['spec:', '  pools:', '  - name: pool-0', '    servers: 4', '    annotations:'],
      ...[`      ${KEY}: "new"`, '  - name: pool-1'],
    ),
  },
  {
    why: 'finds keys that hold dots',
    at: 'metadata["a.b"].x',
    before: text('metadata:', '  "a.b":', '    x:', '      c: d'),
    after: text('metadata:', '  "a.b":', '    x:', '      c: d', `      ${KEY}: "new"`),
  },
  {
    why: 'takes the one document of several that has the place',
    at: 'spec.kes.annotations',
    before: text(
      '%YAML 1.2',
      '---',
      'kind: Secret',
      '...',
      '---',
      'spec:',
      '  kes:',
      '    a: 1',
      '---',
    ),
    after: text(
      ...['%YAML 1.2', '---', 'kind: Secret', '...', '---', 'spec:', '  kes:', '    a: 1'],
      ...['    annotations:', `      ${KEY}: "new"`, '---'],
    ),
  },
  {
    why: 'takes the object that is named, of several that have the place, with CRLF',
    at: 'spec.template.metadata.annotations',
    object: { kind: 'Deployment', name: 'web' },
    before: [
      '# both\r\nkind: StatefulSet\r\nmetadata: {name: web}\r\nspec: {template: {metadata: {}}}\r\n',
      'kind: Deployment\r\nmetadata: {name: web}\r\nspec:\r\n  template:\r\n    metadata: {}\r\n',
    ].join('---\r\n'),
    after: [
      '# both\r\nkind: StatefulSet\r\nmetadata: {name: web}\r\nspec: {template: {metadata: {}}}\r\n',
      `kind: Deployment\r\nmetadata: {name: web}\r\nspec:\r\n  template:\r\n    metadata: {annotations: {${KEY}: "new"}}\r\n`,
    ].join('---\r\n'),
  },
  {
    why: 'changes the value that a person wrote for all that repeat it',
    at: 'a.annotations',
    before: text('a:', '  annotations: &shared', `    ${KEY}: ""`, 'b:', '  annotations: *shared'),
    after: text(
      'a:',
      '  annotations: &shared',
      `    ${KEY}: "new"`,
      'b:',
      '  annotations: *shared',
    ),
  },
  {
    why: 'does not care for an alias of an anchor that was given again before',
    at: 'spec.annotations',
    before: text('spec:', '  annotations: &x {a: b}', 'other: &x {c: d}', 'third: *x'),
    after: text(
      ...['spec:', `  annotations: &x {a: b, ${KEY}: "new"}`, 'other: &x {c: d}', 'third: *x'],
    ),
  },
  {
    why: 'does not care for anchors, tags and merge keys elsewhere, or an anchor on the mapping',
    at: 'spec.annotations',
    before: text('x: &x {a: !mine b}', 'spec:', '  <<: *x', '  annotations: &own', '    a: b'),
    after: text(
      'x: &x {a: !mine b}',
      'spec:',
      '  <<: *x',
      '  annotations: &own',
      '    a: b',
      `    ${KEY}: "new"`,
    ),
  },
];

describe('annotateFile', () => {
  it.each(EDITS)('$why', ({ at, object, before, after }) => {
    const place = { file: 'tenant.yaml', annotations: at, ...(object && { object }) };
    expect(annotate(before, place, KEY, 'new')).toBe(after);
    expect(annotate(after, place, KEY, 'new')).toBe(after);
    expect(readAnnotation(after, place, KEY)).toBe('new');
  });

  it.each(['1'.repeat(64), '12e45', '0123', 'true', '', 'a "quoted" \\ one'])(
    'writes %j so that it stays a string for readers of YAML 1.1 too',
    (value) => {
      const place = { file: 'x.yaml', annotations: 'annotations' };
      const after = annotate('annotations:\n', place, KEY, value);
      const [document] = parseAllDocuments(after, { version: '1.1' });
      expect((document as Document).toJS()).toEqual({ annotations: { [KEY]: value } });
    },
  );

  it('quotes a digest that stands there as a number', () => {
    const place = { file: 'x.yaml', annotations: 'annotations' };
    expect(annotate(`annotations:\n  ${KEY}: 12e45\n`, place, KEY, '12e45')).toBe(
      `annotations:\n  ${KEY}: "12e45"\n`,
    );
  });

  it('reads nothing where nothing stands, and a number as it is written', () => {
    const place = { file: 'x.yaml', annotations: 'annotations' };
    expect(readAnnotation('a: b\n', place, KEY)).toBeUndefined();
    expect(readAnnotation(`annotations: {${KEY}: }\n`, place, KEY)).toBeUndefined();
    expect(readAnnotation(`annotations:\n  ${KEY}: 12e45\n`, place, KEY)).toBe('12e45');
  });

  it('is not moved by a file whose aliases would expand to millions of nodes', () => {
    const bomb = ['a0: &a0 [x]'];
    for (let i = 1; i < 30; i++) bomb.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`);
    const after = annotate(
      text(...bomb, 'annotations: {}'),
      { file: 'bomb.yaml', annotations: 'annotations' },
      KEY,
      'new',
    );
    expect(after).toBe(text(...bomb, `annotations: {${KEY}: "new"}`));
  });
});

interface Refusal {
  readonly why: string;
  readonly at: string;
  readonly object?: { readonly kind: string; readonly name: string };
  readonly before: string;
  readonly message: string | RegExp;
  readonly hint?: string;
}

describe('annotateFile refuses', () => {
  const TENANT = text(
    'kind: Tenant',
    'metadata: {name: t}',
    'spec:',
    '  kes: {image: kes}',
    '  pools: [{}]',
  );
  const many = (kind: string): string =>
    text(`kind: ${kind}`, `metadata: {name: ${kind.toLowerCase()}}`);

  it.each<Refusal>([
    {
      why: 'a slip in the path',
      at: 'spec.kess.annotations',
      before: TENANT,
      message: 't.yaml: there is no spec.kess.annotations: spec has no "kess"; it has kes, pools',
      hint: 'did you mean spec.kes?',
    },
    {
      why: 'a path that leads nowhere',
      at: 'foo.bar.annotations',
      before: TENANT,
      message:
        't.yaml: there is no foo.bar.annotations: the document has no "foo"; it has kind, metadata, spec',
    },
    {
      why: 'an index beyond the list',
      at: 'spec.pools[3].annotations',
      before: TENANT,
      message:
        't.yaml: there is no spec.pools[3].annotations: spec.pools has no [3]; its length is 1',
    },
    {
      why: 'an index into a mapping',
      at: 'spec.kes[0].annotations',
      before: TENANT,
      message: 't.yaml: there is no spec.kes[0].annotations: spec.kes is a mapping, not a list',
    },
    {
      why: 'a key of a list',
      at: 'spec.pools.annotations',
      before: TENANT,
      message: 't.yaml: there is no spec.pools.annotations: spec.pools is a list, not a mapping',
    },
    {
      why: 'a parent that is empty',
      at: 'spec.kes.annotations',
      before: text('spec:', '  kes:'),
      message: 't.yaml: there is no spec.kes.annotations: spec.kes is empty, not a mapping',
    },
    {
      why: 'an empty file',
      at: 'annotations',
      before: '# nothing\n',
      message: 't.yaml: there is no annotations: the file holds no document',
    },
    {
      why: 'a file without a byte',
      at: 'annotations',
      before: '',
      message: 't.yaml: there is no annotations: the file holds no document',
    },
    {
      why: 'a path whose last part is an index',
      at: 'spec.pools[0]',
      before: TENANT,
      message: 't.yaml: "spec.pools[0]" does not end in the key of an annotations mapping',
    },
    {
      why: 'what is no path',
      at: 'spec..annotations',
      before: TENANT,
      message:
        '"spec..annotations" is not a path in a YAML file: cannot read it from "..annotations" on',
      hint: 'write keys with dots between, as in spec.pools[0].annotations or metadata["a.b"].x',
    },
    {
      why: 'a place that two documents have',
      at: 'metadata.annotations',
      before: [many('Deployment'), many('StatefulSet'), 'a: b\n'].join('---\n'),
      message:
        't.yaml: metadata.annotations fits 2 documents: Deployment/deployment, StatefulSet/statefulset',
      hint: 'give the one that is meant a file of its own; a restart can also choose it: object: { kind: Deployment, name: deployment }',
    },
    {
      why: 'an object that is not in the file',
      at: 'metadata.annotations',
      object: { kind: 'DaemonSet', name: 'web' },
      before: [many('Deployment'), many('StatefulSet'), 'a: b\n'].join('---\n'),
      message:
        't.yaml: there is no DaemonSet/web; it has Deployment/deployment, StatefulSet/statefulset, ?/?',
      hint: 'correct object in restart of the config: kind and metadata.name of the one to restart',
    },
    {
      why: 'an object that is there twice',
      at: 'metadata.annotations',
      object: { kind: 'Deployment', name: 'deployment' },
      before: [many('Deployment'), many('Deployment')].join('---\n'),
      message:
        't.yaml: metadata.annotations fits 2 documents: Deployment/deployment, Deployment/deployment',
      hint: 'give the one to restart a file of its own',
    },
    {
      why: 'an object without the place',
      at: 'spec.kess.annotations',
      object: { kind: 'Tenant', name: 't' },
      before: `${many('Deployment')}---\n${TENANT}`,
      message: 't.yaml: there is no spec.kess.annotations: spec has no "kess"; it has kes, pools',
      hint: 'did you mean spec.kes?',
    },
    ...[
      { what: 'the annotations', before: 'spec: {annotations: &own {a: b}}\nx: *own\n' },
      { what: 'the mapping around them', before: 'spec: &own {annotations: {a: b}}\nx: *own\n' },
      { what: 'what they would be added to', before: 'spec: &own {a: b}\nx:\n  <<: *own\n' },
      { what: 'the whole, from within', before: '&own\nspec: {a: b}\nx: [*own]\n' },
    ].map(({ what, before }) => ({
      why: `${what}, when an alias repeats it`,
      at: 'spec.annotations',
      before,
      message: 't.yaml: spec.annotations stands in what is anchored as &own and used again as *own',
      hint: `write one of both out; or, when all these places are to restart, write the line ${KEY}: "" there once by hand`,
    })),
    {
      why: 'annotations behind an alias',
      at: 'spec.annotations',
      before: text('x: &shared {a: b}', 'spec:', '  annotations: *shared'),
      message: 't.yaml: spec.annotations is an alias (*shared)',
      hint: 'write the mapping out there: a change behind an alias would change other places too',
    },
    {
      why: 'a parent behind an alias',
      at: 'spec.kes.annotations',
      before: text('x: &shared {a: b}', 'spec:', '  kes: *shared'),
      message: 't.yaml: there is no spec.kes.annotations: spec.kes is an alias (*shared)',
      hint: 'write it out there: a change behind an alias would change other places too',
    },
    {
      why: 'annotations that are a list',
      at: 'annotations',
      before: 'annotations: [a]\n',
      message: 't.yaml: annotations is a list, not a mapping',
    },
    {
      why: 'annotations that are a text',
      at: 'annotations',
      before: 'annotations: a\n',
      message: 't.yaml: annotations is a single value, not a mapping',
    },
    {
      why: 'a value that is a mapping',
      at: 'annotations',
      before: `annotations:\n  ${KEY}: {a: b}\n`,
      message: `t.yaml: ${KEY} in annotations is a mapping, not one value on its line`,
    },
    {
      why: 'a value that is a block scalar',
      at: 'annotations',
      before: `annotations:\n  ${KEY}: |\n    a\n`,
      message: `t.yaml: ${KEY} in annotations is a block scalar, not one value on its line`,
    },
    {
      why: 'a value whose tag would turn the digest into something else',
      at: 'annotations',
      before: `annotations:\n  ${KEY}: !!int 5\n`,
      message: `t.yaml: ${KEY} cannot be added to annotations without changing something else`,
      hint: `write the line ${KEY}: "" there once by hand; later runs change its value only`,
    },
    {
      why: 'a syntax error',
      at: 'annotations',
      before: 'annotations:\n  a: [b\nc: d\n',
      message: /^t\.yaml: is not valid YAML: line 3, column 1: bad indent/,
    },
    {
      why: 'a tab for indentation',
      at: 'annotations',
      before: 'annotations:\n\ta: b\n',
      message: 't.yaml: is not valid YAML: line 2, column 1: tab as indent',
    },
    {
      why: 'a key that is there twice, wherever that is',
      at: 'annotations',
      before: 'annotations:\n  a: b\nx:\n  - c: 1\n    c: 2\n',
      message: 't.yaml: is not valid YAML: line 5, column 5: the key "c" is there twice',
    },
    {
      why: 'a Helm template',
      at: 'metadata.annotations',
      before: 'metadata:\n  {{- include "labels" . | nindent 4 }}\n  annotations:\n',
      message: /^t\.yaml: is not valid YAML: line 2, column /,
      hint: 'a Helm template is not YAML: name its values file instead',
    },
    {
      why: 'a file in the middle of a merge',
      at: 'a',
      before: '<<<<<<< HEAD\na: { x: 1 }\n=======\na: { x: 2 }\n>>>>>>> topic\n',
      message: 't.yaml: holds the markers of a merge conflict',
      hint: 'take either side of what releaf sets there, then: releaf synth',
    },
    {
      why: 'a file that is nested too deeply',
      at: 'a',
      before: '['.repeat(100_000),
      message: 't.yaml: is nested more than 200 levels deep',
    },
    {
      why: 'a file larger than 5 MiB',
      at: 'a',
      before: '#'.repeat(5 * 1024 * 1024 + 1),
      message: 't.yaml: has 5242881 bytes; at most 5242880 (5 MiB) are read',
    },
  ])('$why', ({ at, object, before, message, hint }) => {
    const noPlace = String(message).includes('there is no ')
      ? 'correct the path in the config, or add the mapping to the file'
      : '';
    let error: unknown;
    try {
      annotate(before, { file: 't.yaml', annotations: at, ...(object && { object }) }, KEY, 'new');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ReleafError);
    expect(error).toMatchObject({
      code: 'RESTART_FILE',
      message: message instanceof RegExp ? expect.stringMatching(message) : message,
      hint: hint ?? noPlace,
    });
  });
});

describe('on any YAML', () => {
  const key = fc.oneof(
    fc.constantFrom('a', 'annotations', 'metadata', 'on', 'x y', '', '1', 'a: b', '#', KEY),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const scalar = fc.oneof(
    key,
    fc.constant(null),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom('two\nlines\n', 'trailing\n\n\n', ' lead', 'long '.repeat(40), 'a\n   \n'),
  );
  const { value: tree } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const annotations = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.dictionary(key, scalar, { maxKeys: 3, noNullPrototype: true }),
  );
  const layout = fc.record({
    indent: fc.integer({ min: 1, max: 6 }),
    indentSeq: fc.boolean(),
    lineWidth: fc.constantFrom(0, 30),
    flow: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    comments: fc.boolean(),
    crlf: fc.boolean(),
    lastNewline: fc.boolean(),
  });

  it('changes nothing but the annotation, and nothing at all the second time', () => {
    fc.assert(
      fc.property(tree, annotations, tree, layout, (head, here, tail, style) => {
        const value = {
          head,
          spec: {
            pools: [{ kes: { name: 'x', ...(here !== undefined && { annotations: here }), tail } }],
          },
        };
        const document = new Document(value);
        let nth = 0;
        visit(document, {
          Collection(_, node, path) {
            node.flow = node.items.length === 0 || (path.length > 4 && style.flow[nth++ % 8]!);
          },
          Pair(_, { key: node }) {
            if (style.comments) (node as { commentBefore?: string }).commentBefore = ' why';
          },
        });
        let before = document.toString({
          indent: style.indent,
          indentSeq: style.indentSeq,
          lineWidth: style.lineWidth,
        });
        if (style.crlf) before = before.replaceAll('\n', '\r\n');
        if (!style.lastNewline && !/[|>]/.test(before)) before = before.trimEnd();
        const read = (yaml: string): unknown =>
          (parseAllDocuments(yaml)[0] as Document).toJS({ maxAliasCount: 0 });
        // The library's own output is not always YAML: control characters in folded lines.
        fc.pre(parseAllDocuments(before)[0]!.errors.length === 0);
        const start = read(before) as typeof value;

        const place = { file: 'any.yaml', annotations: 'spec.pools[0].kes.annotations' };
        const old = start.spec.pools[0]!.kes.annotations?.[KEY];
        fc.pre(!(typeof old === 'string' && old.includes('\n')));
        const after = annotate(before, place, KEY, 'c0ffee');
        const kes = start.spec.pools[0]!.kes;
        kes.annotations = { ...kes.annotations, [KEY]: 'c0ffee' };
        expect(read(after)).toEqual(start);
        expect(annotate(after, place, KEY, 'c0ffee')).toBe(after);
      }),
      { numRuns: 300 },
    );
  });

  it('reads each path as it was written', () => {
    const segment = fc.oneof(
      fc.nat(),
      fc.string({ minLength: 1 }).filter((s) => !/["'\]]/.test(s)),
      fc.constantFrom('a.b/c', "it's", 'say "x"'),
    );
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        expect(parsePath(formatPath(segments))).toEqual(segments);
      }),
    );
  });
});

it('gives the same of one text again and again, whatever was asked before', () => {
  const place = { file: 'kes.yaml', annotations: 'annotations' };
  const before = text('annotations:', '  a: "1"', '  b: "2"');
  for (let round = 0; round < 2; round += 1) {
    expect(annotate(before, place, 'a', '1')).toBe(before);
    expect(annotate(before, place, 'b', '3')).toBe(text('annotations:', '  a: "1"', '  b: "3"'));
    expect(() => annotate(before, { ...place, annotations: 'x.y' }, 'a', '1')).toThrow(
      'kes.yaml: there is no x.y',
    );
  }
});

const inTurn = (yaml: string, annotations: readonly Annotation[]): string =>
  annotations.reduce((before, annotation) => annotateFile(before, [annotation]), yaml);

describe('many annotations of one file', () => {
  const workloads = (count: number): string =>
    Array.from({ length: count }, (_, index) =>
      text(
        '---',
        'kind: Deployment',
        `metadata: { name: web-${index} } # its own`,
        'spec:',
        '  template:',
        index % 2 === 0 ? '    metadata: {}' : '    metadata:\n      labels: { a: b }',
      ),
    ).join('');
  const restart = (of: string, name = of, value = 'new'): Annotation => ({
    place: {
      file: 'all.yaml',
      annotations: 'spec.template.metadata.annotations',
      object: { kind: 'Deployment', name },
    },
    key: `restart.releaf.dev/${of}`,
    value,
  });
  const names = Array.from({ length: 40 }, (_, index) => `web-${index}`);

  beforeEach(() => jest.mocked(parseFile).mockClear());

  it('are set where the file is parsed once, and once more to check it', () => {
    const annotations = names.map((name) => restart(name));
    const after = annotateFile(workloads(40), annotations);
    expect(parseFile).toHaveBeenCalledTimes(2);
    expect(after).toBe(inTurn(workloads(40), annotations));
  });

  it('are set by one more check where two share a mapping that is not there yet', () => {
    const annotations = names.flatMap((name) => [restart(name), restart('ca', name)]);
    const after = annotateFile(workloads(40), annotations);
    expect(parseFile).toHaveBeenCalledTimes(3);
    expect(after).toBe(inTurn(workloads(40), annotations));
  });

  it('are set by one more check where all of them restart one workload', () => {
    const annotations = names.map((name) => restart(name, 'web-0'));
    const after = annotateFile(workloads(1), annotations);
    expect(parseFile).toHaveBeenCalledTimes(3);
    expect(after).toBe(inTurn(workloads(1), annotations));
  });

  it('need the file parsed once when all of them stand there', () => {
    const annotations = names.map((name) => restart(name));
    const after = annotateFile(workloads(40), annotations);
    jest.mocked(parseFile).mockClear();
    expect(annotateFile(after, annotations)).toBe(after);
    expect(parseFile).toHaveBeenCalledTimes(1);
  });

  it('are refused as one by one: the first that is wrong is told', () => {
    const annotations = [restart('web-0'), restart('web-7'), restart('web-9')];
    expect(() => annotateFile(workloads(3), annotations)).toThrow(
      'all.yaml: there is no Deployment/web-7; it has Deployment/web-0, Deployment/web-1, Deployment/web-2',
    );
  });
});

describe('annotations of one file, all at once', () => {
  const KEYS = ['a', 'b', 'c', 'x y'];
  const key = fc.constantFrom(...KEYS);
  const scalar = fc.constantFrom('old', '~', '', '', '*x', '|\n  t');
  const flow = fc.constantFrom('', '~', '{}', '{ a: 1 }', '{a: old, b: }');
  type Pairs = readonly (readonly [string, string | Pairs])[];
  const block = (value: fc.Arbitrary<string | Pairs>, least: number): fc.Arbitrary<Pairs> =>
    fc.uniqueArray(fc.tuple(key, value), {
      selector: ([own]) => own,
      minLength: least,
      maxLength: 4,
    });
  const mapping = fc.oneof(flow, block(fc.oneof({ weight: 4, arbitrary: flow }, scalar), 1));
  const lines = (pairs: Pairs, indent: string): readonly string[] =>
    pairs.flatMap(([own, value]) =>
      typeof value === 'string'
        ? [`${indent}${own}: ${value.replaceAll('\n', `\n${indent}`)}`.trimEnd()]
        : [`${indent}${own}: # why`, ...lines(value, `${indent}  `)],
    );
  const wanted = fc.array(
    fc.record({
      annotations: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom('m.a', 'm.b') },
        fc.constantFrom('m', 'm.c', 'm.a.b', 'm.a.c', 'm.b.a', 'm.a.b.c'),
      ),
      key,
      value: fc.constantFrom('old', 'new', '1'),
    }),
    { minLength: 2, maxLength: 8 },
  );

  it('give what they give one after the other, or fail as they do', () => {
    const outcome = (attempt: () => string): string => {
      try {
        return attempt();
      } catch (error) {
        if (!(error instanceof ReleafError)) throw error;
        return `${error.message}; ${error.hint}`;
      }
    };
    fc.assert(
      fc.property(
        block(mapping, 1),
        wanted,
        fc.boolean(),
        fc.boolean(),
        (pairs, places, crlf, ends) => {
          const yaml = text('x: &x {}', 'm:', ...lines(pairs, '  '))
            .replace(/\n$/, ends ? '\n' : '')
            .replaceAll('\n', crlf ? '\r\n' : '\n');
          const annotations = places.map(({ annotations: at, key: name, value }): Annotation => ({
            place: { file: 'any.yaml', annotations: at },
            key: name,
            value,
          }));
          expect(outcome(() => annotateFile(yaml, annotations))).toBe(
            outcome(() => inTurn(yaml, annotations)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
