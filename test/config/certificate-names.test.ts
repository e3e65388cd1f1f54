import fc from 'fast-check';
import { URI } from '../../lib/config/certificate-names';
import { isUri } from '../../lib/x509/uri';

const part = fc.constantFrom(
  ...[
    'a',
    'B',
    '.',
    '..',
    '/',
    '//',
    '?',
    '#',
    '%2f',
    '%',
    '@',
    ':',
    '80',
    '_',
    '-',
    '[',
    'é',
    ' ',
  ],
);

describe('a URI of the config', () => {
  it.each([
    'spiffe://example.com/ns/web/sa/web',
    'https://a.b',
    'https://10.0.0.1:8443/',
    "https://a_b.c/x%2Fy;z=1?q=/?&(a)#b/'c'",
  ])('may be %s', (uri) => {
    expect(URI.broken(uri)).toBeUndefined();
  });

  it('is always one that a request can hold', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('https://', 'https://a.b', 'spiffe://x/'),
        fc.array(part, { maxLength: 8 }),
        (begin, parts) => {
          const uri = begin + parts.join('');
          expect([uri, URI.broken(uri) !== undefined || isUri(uri)]).toEqual([uri, true]);
        },
      ),
    );
  });
});
