import Ajv from 'ajv';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { CertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1';
import { Secret } from 'kubernetes-models/v1';
import { parseAllDocuments, parseDocument, stringify } from 'yaml';
import type { WrittenConfig, WrittenDefaults } from '../lib/config/written-config';
import type { LocalCa } from '../lib/x509/local-ca';
import { arbitraryConfig } from './config/arbitrary-config';
import { findClearKey } from './find-clear-key';
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
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface RequestManifest extends Manifest {
  readonly spec: { readonly request: string };
}

interface SecretManifest extends Manifest {
  readonly data: Readonly<Record<string, string>>;
}

interface SealedManifest extends Manifest {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly encryptedData: Readonly<Record<string, string>>;
    readonly template: { readonly data: Readonly<Record<string, string>> };
  };
}

const METADATA = {
  type: 'object',
  required: ['name', 'namespace', 'labels'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1 },
    namespace: { type: 'string', minLength: 1 },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const oneEntry = (pattern: string) => ({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: { type: 'string', pattern },
});

/** A SealedSecret with one sealed value and one in clear, and nothing else. */
const isSealedSecret = new Ajv({ allErrors: true }).compile({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'bitnami.com/v1alpha1' },
    kind: { const: 'SealedSecret' },
    metadata: METADATA,
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
            metadata: METADATA,
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
      return document.toJS() as Manifest;
    });
}

function only(values: Readonly<Record<string, string>>): string {
  const [value, ...others] = Object.values(values);
  expect(others).toEqual([]);
  return value ?? '';
}

function expectPair(certificate: string, privateKey: string): void {
  expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
}

/** The object is one that its API accepts, holds what releaf may say and no more, and a true pair. */
function expectValid(manifest: Manifest): void {
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
      const { data } = manifest as SecretManifest;
      new Secret(manifest).validate();
      const [certificate = '', privateKey = ''] = Object.values(data)
        .map((value) => Buffer.from(value, 'base64').toString())
        .sort();
      expectPair(certificate, privateKey);
      return;
    }
    default: {
      const { metadata, spec } = manifest as SealedManifest;
      isSealedSecret(manifest);
      expect(isSealedSecret.errors).toBeNull();
      expectPair(only(spec.template.data), unseal(only(spec.encryptedData), metadata));
    }
  }
}

/** Every key that was sealed, opened; it lies in no file and is the one that was requested. */
function expectSealedWell(files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    if (!/^certificates\/.*\/private-key\.yaml$/.test(path)) continue;
    const sealedKey = parseDocument(text).toJS() as Record<
      'sealing' | 'namespace' | 'name' | 'value',
      string
    >;
    if (sealedKey.sealing === 'plaintext') continue;
    const pem = unseal(sealedKey.value, sealedKey);
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
  'tenant.yaml': WORKLOAD,
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
  manifestsIn(files).forEach(expectValid);
  expectSealedWell(files);
  await done(['verify', '-C', root], now);

  const trace = traceOf(root);
  expect(await done(['renew', '-C', root], now)).toBe('nothing to do\n');
  await done(['synth', '-C', root], now);
  const plan = await done(['plan', '--json', '-C', root], now);
  expect(await done(['plan', '--json', '-C', root], now)).toBe(plan);
  expect(traceOf(root)).toEqual(trace);

  const another = folderOf({ ...files, ...teamFiles(shuffled) });
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

const command = fc
  .constantFrom<Command[]>('renew', 'renew --force', 'fetch', 'fetch', 'rollback')
  .map((is): Event => ({ is }));
const time = fc.integer({ min: 1, max: 100 }).map((days): Event => ({ is: 'time', days }));
const edit = fc.constantFrom<Event[]>(
  { is: 'edit', from: /\[.*\]/, to: '[web.example.com]' },
  { is: 'edit', from: /\[.*\]/, to: '[web.example.com, www.example.com]' },
  { is: 'edit', from: /web-\w+/, to: 'web-tls' },
  { is: 'edit', from: /web-\w+/, to: 'web-pair' },
);
const arbitraryEvents = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: command },
    { weight: 1, arbitrary: time },
    { weight: 1, arbitrary: edit },
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

  const served = manifestsIn(after)
    .filter(({ kind }) => kind === 'SealedSecret')
    .map((manifest) => only((manifest as SealedManifest).spec.template.data));
  const best = revisions.findLast(({ certificate, withdrawn }) => certificate && !withdrawn);
  expect(served).toEqual(best ? [best.certificate] : []);
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
    await fc.assert(fc.asyncProperty(arbitraryEvents, play), {
      numRuns: 15,
      examples: [[renamedWhilePending]],
    });
  }, 120_000);

  async function play(events: readonly Event[]): Promise<void> {
    const root = folderOf(WEB_FILES);
    let now = daysAfter(0);
    let signed = '';
    const run = async (line: string) => {
      const ran = await releaf([...line.split(' '), '-C', root], { now, stdin: signed });
      expect(ran.stderr).not.toContain('bug in releaf');
      return ran;
    };
    for (const event of events) {
      now = daysAfter(event.is === 'time' ? event.days : 1 / 1440, now);
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
      expectInvariants(before, filesIn(root), event.is);
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
