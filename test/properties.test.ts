import Ajv from 'ajv';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { CertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1';
import { Secret } from 'kubernetes-models/v1';
import { parseAllDocuments, parseDocument, stringify } from 'yaml';
import type { WrittenConfig, WrittenDefaults } from '../lib/config/written-config';
import type { SealedKey } from '../lib/model/revision';
import { sopsMetadata } from '../lib/sealing/sops-metadata';
import type { LocalCa } from '../lib/x509/local-ca';
import { dataKeyBy, POST_QUANTUM, X25519 } from './age-identities';
import { arbitraryConfig } from './config/arbitrary-config';
import { findClearKey } from './find-clear-key';
import { expectFitsSchema } from './fits-schema';
import {
  daysAfter,
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  testCa,
  WEB_FILES,
  type Files,
} from './harness';
import { openSops } from './open-sops';
import { signPending } from './sign-pending';
import { unseal } from './unseal';
import { traceOf } from './untouched';

let ca: LocalCa;

beforeAll(async () => {
  ca = await testCa();
});

afterEach(removeFolders);

/** What every object of `dist/` has in common here, read as untyped YAML. */
interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface RequestManifest extends Manifest {
  readonly spec: { readonly request: string };
}

interface SecretManifest extends Manifest {
  readonly data: Readonly<Record<string, string>>;
  readonly sops?: object;
}

interface SealedManifest extends Manifest {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly encryptedData: Readonly<Record<string, string>>;
    readonly template: { readonly data: Readonly<Record<string, string>> };
  };
}

const oneEntry = (pattern: string) => ({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: { type: 'string', pattern },
});

const metadataWith = (...annotations: readonly string[]) => ({
  type: 'object',
  required: ['name', 'namespace', 'labels'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1 },
    namespace: { type: 'string', minLength: 1 },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'string' },
      propertyNames: { anyOf: annotations.map((pattern) => ({ pattern })) },
    },
  },
});

const SCOPE = '^sealedsecrets\\.bitnami\\.com/(namespace|cluster)-wide$';
const OF_ARGO_CD = '^argocd\\.argoproj\\.io/sync-(wave|options)$';

/** A SealedSecret with one sealed value and one in clear, and nothing else. */
const isSealedSecret = new Ajv({ allErrors: true }).compile({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'bitnami.com/v1alpha1' },
    kind: { const: 'SealedSecret' },
    metadata: metadataWith(SCOPE, OF_ARGO_CD),
    spec: {
      type: 'object',
      required: ['encryptedData', 'template'],
      additionalProperties: false,
      properties: {
        encryptedData: oneEntry('^[A-Za-z0-9+/]{600,}={0,2}$'),
        template: {
          type: 'object',
          required: ['metadata', 'type', 'data'],
          additionalProperties: false,
          properties: {
            metadata: metadataWith(SCOPE),
            type: { enum: ['Opaque', 'kubernetes.io/tls'] },
            data: oneEntry('^-----BEGIN CERTIFICATE-----\n'),
          },
        },
      },
    },
  },
});

function manifestsIn(files: Files): readonly Manifest[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith('dist/'))
    .flatMap(([, text]) => [...parseAllDocuments(text)])
    .map((document) => {
      expect([...document.errors, ...document.warnings]).toEqual([]);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

function only(values: Readonly<Record<string, string>>): string {
  const [value, ...others] = Object.values(values);
  expect(others).toEqual([]);
  return value ?? '';
}

function expectPair(certificate: string, privateKey: string): void {
  expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
}

/** A Secret as the cluster would get it, whoever of its recipients opens it. */
async function openedSecret(secret: SecretManifest): Promise<SecretManifest> {
  if (!secret.sops) return secret;
  const text = stringify(secret);
  const [opened, ...others] = await Promise.all(
    [X25519, POST_QUANTUM]
      .filter(({ recipient }) => text.includes(recipient))
      .map((identity) => openSops(text, dataKeyBy(identity))),
  );
  for (const other of others) expect(other).toEqual(opened);
  return opened as unknown as SecretManifest;
}

const fromBase64 = (value: string): string => Buffer.from(value, 'base64').toString();

/** The object is one that its API accepts, holds what releaf may say and no more, and a true pair. */
async function expectValid(manifest: Manifest): Promise<void> {
  switch (manifest.kind) {
    case 'CertificateSigningRequest': {
      const request = manifest as RequestManifest;
      new CertificateSigningRequest(request as never).validate();
      expect(Object.keys(manifest.metadata)).not.toContain('namespace');
      expect(Object.keys(request.spec).sort()).toEqual([
        'expirationSeconds',
        'request',
        'signerName',
        'usages',
      ]);
      return;
    }
    case 'Secret': {
      const secret = await openedSecret(manifest as SecretManifest);
      new Secret(secret).validate();
      const [certificate = '', privateKey = ''] = Object.values(secret.data).map(fromBase64).sort();
      expectPair(certificate, privateKey);
      return;
    }
    // Of Kustomize, which is no object, and of Flux.
    case 'Component':
    case 'Kustomization':
      return;
    case 'SealedSecret': {
      const { metadata, spec } = manifest as SealedManifest;
      isSealedSecret(manifest);
      expect(isSealedSecret.errors).toBeNull();
      expectPair(only(spec.template.data), unseal(only(spec.encryptedData), metadata));
      return;
    }
    default:
      // What restarts is a part of an object that the team has: it carries no label of ours.
      if (manifest.metadata.labels) expectFitsSchema(manifest);
      else expectOnlyRestarts(manifest);
  }
}

/** A part of an object that is not ours says nothing but annotations, and what its Go type cannot leave out. */
function expectOnlyRestarts({ metadata, ...rest }: Manifest): void {
  expect(metadata.name).toMatch(/-web$/);
  expect(JSON.stringify(rest)).toMatch(/"restart\.releaf\.dev\/[^"]+":"[0-9a-f]{64}"/);
}

/** The private key as PEM, opened as whoever it was sealed for does. */
async function openedKey(sealedKey: Exclude<SealedKey, { sealing: 'plaintext' }>): Promise<string> {
  if (sealedKey.sealing === 'sops') {
    const { item, value, namespace, name } = sealedKey;
    const { data } = await openedSecret({
      kind: 'Secret',
      metadata: { name, namespace },
      data: { [item]: value },
      sops: sopsMetadata(sealedKey),
    });
    return fromBase64(only(data));
  }
  const { scope, value, namespace, name } = sealedKey;
  const annotations = { [`sealedsecrets.bitnami.com/${scope}`]: 'true' };
  return unseal(value, { namespace, name, annotations });
}

/** Every key that was sealed, opened; it lies in no file and is the one that was requested. */
async function expectSealedWell(files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    if (!/^certificates\/.*\/private-key\.yaml$/.test(path)) continue;
    const sealedKey = parseDocument(text).toJS() as SealedKey;
    if (sealedKey.sealing === 'plaintext') continue;
    const pem = await openedKey(sealedKey);
    expect(findClearKey(files, pem)).toEqual([]);
    const request = files[path.replace('private-key.yaml', 'request.pem')] ?? '';
    const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    expect(Buffer.from(request.replace(/-----.*-----/g, ''), 'base64').includes(publicKey)).toBe(
      true,
    );
  }
}

const WORKLOAD = `# ours
spec:
  pools:
    - name: pool-0
  kes:
    replicas: 2
  template:
    metadata:
      labels: { app: web }
`;

/** A file of the team that names the Secret of each certificate. */
const tenantOf = (config: WrittenConfig): string =>
  `${WORKLOAD}  secrets:\n${Object.keys(config.certificates ?? {})
    .map((name) => `    ${JSON.stringify(name)}:\n      name: none # yet\n`)
    .join('')}`;

const SOPS_CONFIG = stringify({
  creation_rules: [
    { path_regex: '\\.env$', pgp: 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4' },
    { path_regex: '^dist/.*\\.sops\\.yaml$', age: `${X25519.recipient},${POST_QUANTUM.recipient}` },
  ],
});

/** The same wishes with keys that are made quickly and with files that are there. */
const quick = <Entry extends WrittenDefaults>(entry: Entry): Entry => ({
  ...entry,
  key: 'ecdsa-p256',
  ...(entry.ca !== undefined && { ca: 'tls/ca.pem' }),
  ...(entry.sealing?.type === 'sealed-secrets' && {
    sealing: { ...entry.sealing, certificate: 'a b/ü.pem' },
  }),
});

interface Team {
  readonly config: WrittenConfig;
  /** The config with its certificates in another order. */
  readonly shuffled: WrittenConfig;
}

const arbitraryTeam: fc.Arbitrary<Team> = arbitraryConfig.chain(
  ({ certificates = {}, ...rest }) => {
    const entries = Object.entries(certificates).map(
      ([name, entry]) => [name, quick(entry)] as const,
    );
    const withEntries = (ordered: typeof entries): WrittenConfig => ({
      ...rest,
      ...(rest.defaults && { defaults: quick(rest.defaults) }),
      certificates: Object.fromEntries(ordered),
    });
    return fc
      .shuffledSubarray(entries, { minLength: entries.length })
      .map((other) => ({ config: withEntries(entries), shuffled: withEntries(other) }));
  },
);

const teamFiles = (config: WrittenConfig): Files => ({
  'releaf.yaml': stringify(config),
  'a b/ü.pem': SEALING_CERTIFICATE,
  'tls/ca.pem': ca.certificate.pem,
  '.sops.yaml': SOPS_CONFIG,
  'tenant.yaml': tenantOf(config),
  'apps/web.yaml': WORKLOAD,
});

async function done(argv: readonly string[], now: Date, stdin = ''): Promise<string> {
  const { status, stdout, stderr } = await releaf(argv, { now, stdin });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** What holds of a folder after each command. */
async function expectSound(root: string, { shuffled }: Team, now: Date): Promise<void> {
  const files = filesIn(root);
  await Promise.all(manifestsIn(files).map(expectValid));
  await expectSealedWell(files);
  await done(['verify', '-C', root], now);

  const trace = traceOf(root);
  expect(await done(['renew', '-C', root], now)).toBe('nothing to do\n');
  await done(['synth', '-C', root], now);
  const plan = await done(['plan', '--json', '-C', root], now);
  expect(await done(['plan', '--json', '-C', root], now)).toBe(plan);
  expect(traceOf(root)).toEqual(trace);

  const another = folderOf({ ...files, 'releaf.yaml': stringify(shuffled) });
  rmSync(join(another, 'dist'), { recursive: true, force: true });
  await done(['synth', '-C', another], daysAfter(9000));
  expect({ ...filesIn(another), 'releaf.yaml': '' }).toEqual({ ...files, 'releaf.yaml': '' });
}

describe('whatever the config', () => {
  it('what is made is valid, paired, sealed, and stays as it is until something is due', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTeam, async (team) => {
        const root = folderOf(teamFiles(team.config));
        await done(['renew', '-C', root], daysAfter(0));
        await expectSound(root, team, daysAfter(0));

        const signed = signPending(root, ca, daysAfter(0));
        if (signed !== '') await done(['fetch', '--from', '-', '-C', root], daysAfter(0), signed);
        await expectSound(root, team, daysAfter(0));

        await done(['renew', '--force', '-C', root], daysAfter(0));
        await expectSound(root, team, daysAfter(0));
      }),
      { numRuns: 10 },
    );
  }, 120_000);
});

const LINES = {
  renew: 'renew',
  'renew --force': 'renew --force',
  fetch: 'fetch --from -',
  rollback: 'rollback web',
} as const;
type Command = keyof typeof LINES;

/** What can happen to a folder, by people, by schedule or by time. */
type Event =
  | { readonly is: Command }
  | { readonly is: 'edit'; readonly from: RegExp; readonly to: string }
  | { readonly is: 'time'; readonly days: number };

const NAMESPACE_WIDE = '{ type: sealed-secrets, certificate: sealing.pem, scope: namespace-wide }';

const LIVING_FILES: Files = {
  ...WEB_FILES,
  'releaf.yaml': `version: 1
delivery: kubectl
certificates:
  web:
    dnsNames: [web.example.com]
    signer: example.com/internal
    secret: { name: web-tls, namespace: shop, naming: stable }
    sealing: ${NAMESPACE_WIDE}
    keyPolicy: rotate
    references: [{ file: web.yaml, name: spec.secretName }]
`,
  'web.yaml': 'spec:\n  secretName: none # ours\n',
};

const command = fc
  .constantFrom<Command[]>('renew', 'renew --force', 'fetch', 'fetch', 'rollback')
  .map((is): Event => ({ is }));
const time = fc.integer({ min: 1, max: 100 }).map((days): Event => ({ is: 'time', days }));
const edit = fc
  .constantFrom<[RegExp, string][]>(
    [/dnsNames: .*/, 'dnsNames: [web.example.com]'],
    [/dnsNames: .*/, 'dnsNames: [web.example.com, www.example.com]'],
    [/web-\w+/, 'web-tls'],
    [/web-\w+/, 'web-pair'],
    [/naming: \w+/, 'naming: stable'],
    [/naming: \w+/, 'naming: perRevision'],
    [/keyPolicy: \w+/, 'keyPolicy: rotate'],
    [/keyPolicy: \w+/, 'keyPolicy: reuse'],
    [/delivery: .*/, 'delivery: kustomize'],
    [/delivery: .*/, 'delivery: argo-cd'],
    [/delivery: .*/, 'delivery: { type: flux, layout: object, kustomizations: {} }'],
    [/sealing: .*/, 'sealing: { type: sealed-secrets, certificate: sealing.pem }'],
    [/sealing: .*/, `sealing: ${NAMESPACE_WIDE}`],
    [/sealing: .*/, `sealing: { type: sops, recipients: [${X25519.recipient}] }`],
  )
  .map(([from, to]): Event => ({ is: 'edit', from, to }));
const arbitraryEvents = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: command },
    { weight: 1, arbitrary: time },
    { weight: 2, arbitrary: edit },
  ),
  { minLength: 1, maxLength: 10 },
);

/** The revisions of `web`, oldest first, as anybody can tell them from the files. */
function revisionsIn(files: Files) {
  const numbers = Object.keys(files).flatMap((path) =>
    Number(/^certificates\/web\/(\d+)\/request\.pem$/.exec(path)?.[1] ?? []),
  );
  return numbers
    .filter((number) => number > 0)
    .sort((a, b) => a - b)
    .map((number) => ({
      number,
      certificate: files[`certificates/web/${number}/certificate.pem`],
      secret: (
        parseDocument(
          files[`certificates/web/${number}/private-key.yaml`] ?? '',
        ).toJS() as SealedKey
      ).name,
      withdrawn: files[`certificates/web/${number}/withdrawn`] !== undefined,
    }));
}

/** How much the number of the newest revision may grow. */
const GROWTH: Readonly<Record<Command, readonly number[]>> = {
  renew: [0, 1],
  'renew --force': [1],
  fetch: [0],
  rollback: [0],
};

function expectInvariants(before: Files, after: Files, is: Command): void {
  const revisions = revisionsIn(after);
  expect(revisions.length).toBeLessThanOrEqual(3);
  const waiting = revisions.filter(({ certificate, withdrawn }) => !certificate && !withdrawn);
  expect(waiting.length).toBeLessThanOrEqual(1);
  const newest = (files: Files) => revisionsIn(files).at(-1)?.number ?? 0;
  expect(GROWTH[is]).toContain(newest(after) - newest(before));

  const served = manifestsIn(after).filter(({ kind }) => /^(?:Sealed)?Secret$/.test(kind));
  const good = revisions.filter(({ certificate, withdrawn }) => certificate && !withdrawn);
  const best = good.at(-1);
  const others = after['releaf.yaml']?.includes('naming: perRevision')
    ? revisions.filter(({ certificate, secret }) => certificate && secret !== best?.secret)
    : [];
  const kept = others.findLast(({ withdrawn }) => !withdrawn);
  const takenBack = others.findLast(({ number }) => best && number > best.number);
  expect(
    Object.fromEntries(served.map((secret) => [secret.metadata.name, certificateIn(secret)])),
  ).toEqual(
    Object.fromEntries(
      [takenBack, best, kept].flatMap((each) => (each ? [[each.secret, each.certificate]] : [])),
    ),
  );
  if (best)
    expect(parseDocument(after['web.yaml'] ?? '').toJS()).toEqual({
      spec: { secretName: best.secret },
    });
}

/** What everybody can read of a sealed pair. */
function certificateIn(manifest: Manifest): string {
  if (manifest.kind === 'SealedSecret')
    return only((manifest as SealedManifest).spec.template.data);
  return fromBase64((manifest as SecretManifest).data['tls.crt'] ?? '');
}

describe('whatever happens to a folder', () => {
  it('each command leaves it sound and settled, or refuses and leaves it alone', async () => {
    const renamedWhilePending: Event[] = [
      { is: 'renew' },
      { is: 'edit', from: /web-\w+/, to: 'web-pair' },
      { is: 'fetch' },
      { is: 'renew' },
      { is: 'fetch' },
      { is: 'rollback' },
    ];
    const keptThroughNamings: Event[] = [
      { is: 'edit', from: /keyPolicy: \w+/, to: 'keyPolicy: reuse' },
      { is: 'edit', from: /naming: \w+/, to: 'naming: perRevision' },
      { is: 'renew' },
      { is: 'fetch' },
      { is: 'renew --force' },
      { is: 'fetch' },
      { is: 'rollback' },
      { is: 'edit', from: /naming: \w+/, to: 'naming: stable' },
      { is: 'renew --force' },
    ];
    await fc.assert(fc.asyncProperty(arbitraryEvents, play), {
      numRuns: 15,
      examples: [[renamedWhilePending], [keptThroughNamings]],
    });
  }, 120_000);

  async function play(events: readonly Event[]): Promise<void> {
    const root = folderOf(LIVING_FILES);
    let now = daysAfter(0);
    let signed = '';
    const run = async (line: string) => {
      const ran = await releaf([...line.split(' '), '-C', root], { now, stdin: signed });
      expect(ran.stderr).not.toContain('bug in releaf');
      return ran;
    };
    for (const event of events) {
      // An hour: certificates for the same key are told apart by when they were signed.
      now = daysAfter(event.is === 'time' ? event.days : 1 / 24, now);
      if (event.is === 'time') continue;
      if (event.is === 'edit') {
        const written = read(root, 'releaf.yaml').replace(event.from, event.to);
        writeFileSync(join(root, 'releaf.yaml'), written);
        continue;
      }
      if (event.is === 'fetch') signed = signPending(root, ca, now) || signed;
      const before = filesIn(root);
      const trace = traceOf(root);
      const { status } = await run(LINES[event.is]);
      if (status !== 0) {
        expect(traceOf(root)).toEqual(trace);
        continue;
      }
      const after = filesIn(root);
      expectInvariants(before, after, event.is);
      await Promise.all(manifestsIn(after).map(expectValid));
      expect(await run('verify')).toMatchObject({ status: 0, stdout: '' });
      // After a fetch something may still be due: time went by, or the config was edited.
      if (event.is !== 'fetch') await expectSettled(root, run);
    }
  }

  /** Rounds by schedule bring back nothing that was rolled back, and keep the key of what is pending. */
  async function expectSettled(root: string, run: (line: string) => Promise<unknown>) {
    const trace = traceOf(root);
    for (const line of ['renew', LINES.fetch, 'renew', LINES.fetch, 'renew', LINES.fetch]) {
      await run(line);
    }
    expect(traceOf(root)).toEqual(trace);
  }
});
