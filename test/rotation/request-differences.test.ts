import fc from 'fast-check';
import { pendingRevision, type Revision } from '../../lib/model/revision';
import { requestDifferences, type LiveRequestSpec } from '../../lib/rotation/request-differences';
import { openFolder, readFolder } from '../../lib/store/folder';
import { otherRequest, pendingFolder } from '../cluster/pending';
import { removeFolders } from '../harness';

let revision: Revision;
let equal: LiveRequestSpec & { readonly request: string };

beforeAll(async () => {
  const { root, object } = await pendingFolder();
  const [certificate] = [...readFolder(openFolder(root))];
  revision = pendingRevision(certificate!.revisions)!;
  equal = object.spec;
});
afterAll(removeFolders);

const texts = (spec: LiveRequestSpec) =>
  requestDifferences({ ...equal, ...spec }, revision).map(({ field, text }) => `${field}: ${text}`);

it('finds none where all is as committed, in whatever order the usages stand', () => {
  expect(texts({})).toEqual([]);
  expect(texts({ usages: ['server auth', 'digital signature'] })).toEqual([]);
});

const ours = () => `committed: empty subject, public key ${revision.record.publicKeySha256}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const pem = (text: string): string =>
  base64(
    `-----BEGIN CERTIFICATE REQUEST-----\n${base64(text)}\n-----END CERTIFICATE REQUEST-----\n`,
  );

it.each<[string, () => LiveRequestSpec, () => string]>([
  [
    'another signer',
    () => ({ signerName: 'a/b' }),
    () => 'signerName: a/b, committed: example.com/internal',
  ],
  [
    'no signer',
    () => ({ signerName: undefined }),
    () => 'signerName: none, committed: example.com/internal',
  ],
  [
    'another lifetime',
    () => ({ expirationSeconds: 600 }),
    () => 'expirationSeconds: 600 (10m), committed: 7776000 (90d)',
  ],
  [
    'no lifetime',
    () => ({ expirationSeconds: undefined }),
    () => 'expirationSeconds: none, committed: 7776000 (90d)',
  ],
  [
    'a lifetime as text',
    () => ({ expirationSeconds: '7776000' }),
    () => 'expirationSeconds: 7776000, committed: 7776000 (90d)',
  ],
  [
    'one usage more',
    () => ({ usages: ['digital signature', 'server auth', 'cert sign\n'] }),
    () => 'usages: not committed: cert sign\\u{0a}',
  ],
  [
    'one usage less',
    () => ({ usages: ['server auth'] }),
    () => 'usages: missing: digital signature',
  ],
  [
    'no usages',
    () => ({ usages: undefined }),
    () => 'usages: none, committed: digital signature, server auth',
  ],
  ['no request', () => ({ request: 1 }), () => 'request: missing'],
  ['an empty request', () => ({ request: '' }), () => `request: it holds no PEM block; ${ours()}`],
  [
    'a request that is no DER',
    () => ({ request: pem('garbage') }),
    () => `request: it is not a usable PKCS#10 request: it is cut off or damaged; ${ours()}`,
  ],
  [
    'the same request in other bytes',
    () => ({ request: base64(`${revision.request}\n`) }),
    () =>
      `request: another one, for empty subject, public key ${revision.record.publicKeySha256}; ${ours()}; the key is the same, other bytes are not`,
  ],
])('tells of %s', (_, spec, text) => {
  expect(texts(spec())).toEqual([text()]);
});

it('tells whose another request is', () => {
  const [text, ...others] = texts({ request: otherRequest() });
  expect(text).toMatch(
    /^request: another one, for CN=web\.example\.com, public key [0-9a-f]{64}; committed: empty subject, public key [0-9a-f]{64}$/,
  );
  expect(others).toEqual([]);
});

it('finds every field that is something else, whatever it is, and keeps to one printable line', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.string().map(pem),
    fc.string().map(base64),
    fc.double(),
    fc.array(fc.string()),
    fc.array(fc.jsonValue()),
    fc.jsonValue(),
    fc.constant(undefined),
  );
  const fields = fc.constantFrom('request', 'signerName', 'usages', 'expirationSeconds');
  fc.assert(
    fc.property(fields, anything, (field, value) => {
      const known = new Set<unknown>(equal.usages as readonly unknown[]);
      fc.pre(value !== equal[field]);
      fc.pre(field !== 'usages' || !Array.isArray(value) || !value.every((one) => known.has(one)));
      const found = requestDifferences({ ...equal, [field]: value }, revision);
      expect(found.map((one) => one.field)).toEqual([field]);
      expect(found[0]?.text).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u);
    }),
  );
});

it('finds any single byte of the request that was changed', () => {
  const bytes = Buffer.from(equal.request, 'base64');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at]! + by) % 256;
      const found = requestDifferences({ ...equal, request: changed.toString('base64') }, revision);
      expect(found.map(({ field }) => field)).toEqual(['request']);
    }),
  );
});
