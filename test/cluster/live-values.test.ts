import { mappingOf, mappingsOf, textOf } from '../../lib/cluster/live-values';

it.each([[undefined], [null], [5], ['text'], [[1]]])('takes %j for an empty mapping', (value) => {
  expect(mappingOf(value)).toEqual({});
});

it('keeps the mappings of a list, and how many there are', () => {
  expect(mappingsOf([{ a: 1 }, null, 5])).toEqual([{ a: 1 }, {}, {}]);
  expect(mappingsOf({ a: 1 })).toEqual([]);
});

it.each<[unknown, string | undefined]>([
  ['as it is', 'as it is'],
  ['two\nlines\u202e', 'two\\u{0a}lines\\u{202e}'],
  ['x'.repeat(601), `${'x'.repeat(600)}…`],
  [`${'x'.repeat(599)}😀`, `${'x'.repeat(599)}\\u{d83d}…`],
  [5, undefined],
  [null, undefined],
])('takes %j for the text %j', (value, text) => {
  expect(textOf(value)).toBe(text);
});
