import { explanationText } from '../../lib/report/explain';
import type { Explanation, ExplainedSealing } from '../../lib/report/explanation';

const SHA256 = 'ab'.repeat(32);
const target = { namespace: 'shop', name: 'web-tls', item: 'tls.key' };

const explanation: Explanation = {
  name: 'web',
  profile: 'generic',
  state: 'missing',
  reason: 'there is no certificate yet',
  next: 'releaf renew web',
  problems: [],
  warnings: [],
  revisions: [],
  signer: { name: 'example.com/internal', title: 'Any other signer', rules: [], notes: [] },
  key: { algorithm: 'ecdsa-p256', keyPolicy: 'rotate' },
  secret: {
    ...target,
    naming: 'stable',
    type: 'kubernetes.io/tls',
    keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
    labels: {},
  },
  restart: { annotation: 'restart.releaf.dev/web', places: [], objects: [], references: [] },
  origins: [],
};

const sealings: readonly (readonly [string, ExplainedSealing, string])[] = [
  [
    'Sealed Secrets for one name',
    { sealing: 'sealed-secrets', scope: 'strict', sealingCertificateSha256: SHA256, ...target },
    `
  sealed  by Sealed Secrets, scope strict
  opens   only as Secret shop/web-tls
  for     sealing certificate ${SHA256}
`,
  ],
  [
    'Sealed Secrets for a namespace',
    {
      sealing: 'sealed-secrets',
      scope: 'namespace-wide',
      sealingCertificateSha256: SHA256,
      ...target,
    },
    '\n  opens   under any name in namespace shop\n',
  ],
  [
    'Sealed Secrets for a cluster',
    {
      sealing: 'sealed-secrets',
      scope: 'cluster-wide',
      sealingCertificateSha256: SHA256,
      ...target,
    },
    '\n  opens   anywhere in the cluster\n',
  ],
  [
    'SOPS',
    {
      sealing: 'sops',
      recipients: ['age1one', 'age1two'],
      lastModified: '2027-03-01T12:00:00Z',
      version: '3.11.0',
      ...target,
    },
    `
  sealed    by SOPS with age, 2027-03-01T12:00:00Z
  bound to  data.tls.key of Secret shop/web-tls
  for       age1one
            age1two
`,
  ],
  [
    'nothing',
    { sealing: 'plaintext', ...target },
    '\n  sealed  NO: the key is in clear for everyone who can read the repository\n',
  ],
];

it.each(sealings)('says where a key opens that is sealed by %s', (_, sealedKey, text) => {
  expect(explanationText({ ...explanation, sealedKey })).toContain(text);
});

it('says which rule is broken, and by what', () => {
  const rule = { origin: 'signer', source: 'somewhere' };
  const text = explanationText({
    ...explanation,
    signer: {
      ...explanation.signer,
      rules: [
        { ...rule, id: 'a', text: 'there is no URI', found: null },
        { ...rule, id: 'b', origin: 'api-server', text: 'at least one usage', found: 'none' },
      ],
    },
  });
  expect(text).toContain(`
  VERDICT  WHO ASKS    RULE
  met      signer      there is no URI
  BROKEN   Kubernetes  at least one usage; found none
`);
});

it('says that an identity is guarded', () => {
  const key = { ...explanation.key, keyPolicy: 'reuse' as const };
  const identity = { policy: 'minio', acceptChange: false };
  expect(explanationText({ ...explanation, key: { ...key, identity } })).toContain(`
  policy     reuse: each renewal asks again for the same key
  guarded    policy minio knows the identity: another one needs acceptIdentityChange: true
`);
});

it('keeps text on its line whatever is in it', () => {
  const evil = 'x\u001b[31m\ny\u202e';
  const text = explanationText({
    ...explanation,
    reason: evil,
    warnings: [evil],
    problems: [{ code: 'FILE_UNREADABLE', file: evil, message: evil, hint: evil }],
    restart: {
      ...explanation.restart,
      places: [{ file: evil, annotations: evil, digestOf: 'ca', found: evil }],
      references: [{ file: evil, name: evil }],
    },
    origins: [{ path: evil, value: [evil], origin: { from: 'entry', file: evil, line: 3 } }],
  });
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u001b\u202e]|^y/m);
  expect(text.match(/x\\u\{1b\}\[31m\\u\{0a\}y\\u\{202e\}/g)).toHaveLength(12);
});

it('names the objects that restart through dist/, and by what', () => {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    name: 'web',
    namespace: 'shop',
    annotations: 'spec.template.metadata.annotations',
    digestOf: 'certificate',
  } as const;
  const objects = [
    { ...object, form: 'patch' },
    { ...object, form: 'fragment', name: 'other' },
  ] as const;
  const text = explanationText({ ...explanation, restart: { ...explanation.restart, objects } });
  expect(text).toMatch(/StatefulSet shop\/web .*certificate +patch of Kustomize/);
  expect(text).toMatch(/StatefulSet shop\/other .*certificate +server-side apply/);
  expect(text).not.toContain('none in the config');
});
