import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { entryYaml } from '../../lib/config/adopt/entry-yaml';
import { addEntry } from '../../lib/store/add-entry';
import { arbitraryConfig } from '../config/arbitrary-config';

const ENTRY = entryYaml('adopted', { dnsNames: ['a.example.com'], signer: 'local' });

it('adds an entry to whatever config a person wrote in lines, and changes no other byte', () => {
  fc.assert(
    fc.property(
      arbitraryConfig,
      fc.constantFrom(2, 4),
      fc.constantFrom('', '# the end\n', '\n\n'),
      fc.boolean(),
      (config, indent, end, isWindows) => {
        const lines = `# ours\n${stringify(config, { indent })}${end}`;
        const text = isWindows ? lines.replaceAll('\n', '\r\n') : lines;
        const after = addEntry(text, ENTRY);
        expect(parse(after ?? '')).toEqual({
          ...(parse(text) as object),
          certificates: {
            ...(parse(text) as { certificates: object }).certificates,
            ...(parse(ENTRY) as object),
          },
        });
        const at = (after ?? '').search(/\r?\n +adopted:/);
        const added = (after ?? '').length - text.length;
        if (!text.includes('certificates: {}')) {
          expect((after ?? '').slice(0, at) + (after ?? '').slice(at + added)).toBe(text);
        }
      },
    ),
  );
});

it.each([
  ['empty', ''],
  ['not YAML', 'a: ['],
  ['two documents', 'version: 1\n---\nversion: 1\n'],
  ['a list', '- version: 1\n'],
  ['in braces', '{ version: 1, certificates: {} }\n'],
  ['with entries in braces', 'certificates: { a: {} }\n'],
  ['with an alias for its entries', 'x: &x { a: {} }\ncertificates: *x\n'],
  ['with a comment in its empty braces', 'certificates: { # none\n}\n'],
  ['with certificates of another kind', 'certificates: []\n'],
])('leaves a config alone that is %s', (_, text) => {
  expect(addEntry(text, ENTRY)).toBeUndefined();
});
