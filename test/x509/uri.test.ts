import { isUri } from '../../lib/x509/uri';
import { vector } from './tools';

const uris = vector('uris.txt').trimEnd().split('\n');
const byGo = vector('uris-by-go.txt').split('\n');

describe('a URI', () => {
  it.each(uris.slice(0, 10))('is %s', (uri) => {
    expect(isUri(uri)).toBe(true);
  });

  it.each([...uris.slice(10).filter((uri) => uri !== 'HTTPS://a/'), '', 'https://a/\n', 'x:\0'])(
    'is not %j',
    (uri) => {
      expect(isUri(uri)).toBe(false);
    },
  );

  it('is never one that Go refuses or writes in another way, but for the case of its scheme', () => {
    expect(byGo).toHaveLength(uris.length + 1);
    const changed = uris.filter((uri, at) => isUri(uri) && byGo[at] !== uri);
    expect(changed).toEqual(['HTTPS://a/']);
  });

  it('that is hostile is refused quickly', () => {
    const start = performance.now();
    for (const part of ['a.', 'a', '/', '%41', '%', ':', '[::', '?', '#'])
      isUri(`https://${part.repeat(100_000)} `);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
