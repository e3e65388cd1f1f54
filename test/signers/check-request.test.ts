import type { KeyUsage, Names } from '../../lib/model/certificate-spec';
import { checkRequest, rulesOf } from '../../lib/signers/check-request';
import type { Asked } from '../../lib/signers/signer-rules';

const names: Names = {
  subject: {
    countries: [],
    organizations: ['system:nodes'],
    organizationalUnits: [],
    localities: [],
    provinces: [],
    commonName: 'system:node:*.kes.default.svc',
  },
  dnsNames: ['kes.default.svc'],
  ipAddresses: [],
};
const asked: Asked = {
  signer: 'kubernetes.io/kubelet-serving',
  names,
  usages: ['digital signature', 'key encipherment', 'server auth'],
  expirationSeconds: 7_776_000,
};
const subject = (changes: Partial<Names['subject']>): Partial<Asked> => ({
  names: { ...names, subject: { ...names.subject, ...changes } },
});
const usages = (...list: string[]): Partial<Asked> => ({ usages: list as KeyUsage[] });

describe('a request to kubelet-serving', () => {
  it.each<[string, Partial<Asked>]>([
    ['as MinIO makes it', {}],
    ['without key encipherment', usages('server auth', 'digital signature')],
    ['with IP names only', { names: { ...names, dnsNames: [], ipAddresses: ['10.0.0.1'] } }],
    ['for ten minutes', { expirationSeconds: 600 }],
    [
      'with a common name of 64 characters',
      subject({ commonName: `system:node:${'ü'.repeat(52)}` }),
    ],
  ])('is taken %s', (_, changes) => {
    expect(checkRequest({ ...asked, ...changes })).toEqual([]);
  });

  it.each<[string, Partial<Asked>, string, string, string]>([
    [
      'another organization',
      subject({ organizations: ['acme'] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'found acme',
    ],
    [
      'a second organization',
      subject({ organizations: ['system:nodes', 'acme'] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'found system:nodes, acme',
    ],
    [
      'no organization',
      subject({ organizations: [] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'the only organization is system:nodes; found none',
    ],
    [
      'another common name',
      subject({ commonName: 'kes' }),
      'kubelet-serving/common-name',
      'commonName',
      'begins with system:node:; found kes',
    ],
    [
      'client auth',
      usages('digital signature', 'client auth'),
      'kubelet-serving/usages',
      'usages',
      'found digital signature, client auth',
    ],
    [
      'signing for digital signature',
      usages('signing', 'server auth'),
      'kubelet-serving/usages',
      'usages',
      'found signing, server auth',
    ],
    [
      'a usage too many',
      usages('digital signature', 'server auth', 'client auth'),
      'kubelet-serving/usages',
      'usages',
      'and no other',
    ],
    [
      'a usage twice',
      usages('digital signature', 'server auth', 'server auth'),
      'api-server/usages-unique',
      'usages',
      'no usage comes twice; found server auth',
    ],
    [
      'a short duration',
      { expirationSeconds: 599 },
      'api-server/duration',
      'duration',
      'found 599',
    ],
    [
      'a fractional duration',
      { expirationSeconds: 600.5 },
      'api-server/duration',
      'duration',
      'whole seconds; found 600.5',
    ],
    [
      'a long common name',
      subject({ commonName: `system:node:${'x'.repeat(53)}` }),
      'releaf/common-name-length',
      'commonName',
      'at most 64 characters',
    ],
  ])('is refused with %s, by rule', (_, changes, rule, field, message) => {
    const violations = checkRequest({ ...asked, ...changes });
    expect(violations).toEqual([{ rule, field, message: expect.stringContaining(message) }]);
    expect(violations[0]?.message).toContain(`(rule ${rule})`);
  });

  it('is refused without names, and the message says who insists', () => {
    const nameless = { ...asked, names: { ...names, dnsNames: [] } };
    expect(checkRequest(nameless)[0]?.message).toBe(
      'kubernetes.io/kubelet-serving requires: there is at least one DNS or IP name; found none (rule kubelet-serving/names)',
    );
  });
});

describe('a request to another signer', () => {
  it.each<[string, Partial<Asked>, string[]]>([
    [
      'an unknown signer takes any subject',
      { signer: 'example.com/any', ...subject({ organizations: [] }) },
      [],
    ],
    ['a bad signer name', { signer: 'example.com' }, ['api-server/signer-name']],
    ['legacy-unknown', { signer: 'kubernetes.io/legacy-unknown' }, ['api-server/legacy-unknown']],
    ['no usages', { signer: 'example.com/any', usages: [] }, ['api-server/usages-present']],
    [
      'an unknown usage',
      { signer: 'example.com/any', ...usages('serve') },
      ['api-server/usages-known'],
    ],
    [
      'client auth needs no name',
      { signer: 'local', ...usages('client auth'), names: { ...names, dnsNames: [] } },
      [],
    ],
    [
      'server auth needs a name',
      { signer: 'local', names: { ...names, dnsNames: [] } },
      ['releaf/server-names'],
    ],
    [
      'a local CA keeps the API server’s rules',
      { signer: 'local', expirationSeconds: 1 },
      ['api-server/duration'],
    ],
  ])('%s', (_, changes, rules) => {
    expect(checkRequest({ ...asked, ...changes }).map(({ rule }) => rule)).toEqual(rules);
  });
});

describe('signer rules', () => {
  it.each(['kubernetes.io/kubelet-serving', 'local', 'example.com/any'])(
    'of %s have ids of their own',
    (signer) => {
      const ids = rulesOf(signer).rules.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );
});
