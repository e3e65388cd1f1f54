// @peculiar/x509 needs it, and so it comes first.
import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { systemRandomness, type Randomness } from '../../lib/cli/randomness';
import {
  KEY_ALGORITHMS,
  KEY_POLICIES,
  SEALING_SCOPES,
  SECRET_NAMINGS,
  type KeyAlgorithm,
  type KeyPolicy,
  type SecretNaming,
} from '../../lib/model/certificate-spec';
import { SIGNERS as SIGNER_RULES } from '../../lib/signers/check-request';
import { createLocalCa, type LocalCa } from '../../lib/x509/local-ca';
import { PrivateKey } from '../../lib/x509/private-key';
import { dataKeyBy, POST_QUANTUM, X25519 } from '../age-identities';
import {
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  type Files,
  type Ran,
} from '../harness';
import { openSops } from '../open-sops';
import { signPending } from '../sign-pending';
import { BREAKS, signerOf, SIGNERS, type Signer, type Written } from '../signer-table';
import { unseal, type SealedSecretPlace } from '../unseal';
import { output } from './process';

const SEALINGS: Readonly<Record<string, Written>> = {
  ...Object.fromEntries(
    SEALING_SCOPES.map((scope) => [
      scope,
      { type: 'sealed-secrets', certificate: 'sealing.pem', scope },
    ]),
  ),
  'SOPS, X25519': { type: 'sops', recipients: [X25519.recipient] },
  'SOPS, post-quantum': { type: 'sops', recipients: [POST_QUANTUM.recipient] },
  plaintext: { type: 'plaintext', iUnderstandKeysAreInGit: true },
};

/** One cell of the table, within one signer and one sealing. */
interface Cell {
  readonly name: string;
  readonly key: KeyAlgorithm;
  readonly naming: SecretNaming;
  readonly keyPolicy: KeyPolicy;
}

const CELLS: readonly Cell[] = KEY_ALGORITHMS.flatMap((key) =>
  SECRET_NAMINGS.flatMap((naming) =>
    KEY_POLICIES.map((keyPolicy) => ({
      name: `${key}-${naming.toLowerCase()}-${keyPolicy}`,
      key,
      naming,
      keyPolicy,
    })),
  ),
);

/** A strictly sealed key opens under one name only, so it cannot live on under another one. */
const isPossible = (sealing: string, { naming, keyPolicy }: Cell): boolean =>
  !(sealing === 'strict' && naming === 'perRevision' && keyPolicy === 'reuse');

/** One row of the table: the cells of it share a folder. */
interface Row {
  readonly signer: Signer;
  readonly sealing: string;
  /**
   * When revisions are made. What a second one does to keys and Secrets is the same whoever signs, so it
   * is made for one signer that is fetched from, and for the local CA.
   */
  readonly times: readonly Date[];
  readonly possible: readonly Cell[];
  readonly impossible: readonly Cell[];
}

const LATER = daysAfter(1);
const RENEWED = ['kubernetes.io/kubelet-serving', 'local'];

const ROWS: readonly Row[] = SIGNERS.flatMap((signer) =>
  Object.keys(SEALINGS).map((sealing) => ({
    signer,
    sealing,
    times: RENEWED.includes(signer.signer) ? [NOW, LATER] : [LATER],
    possible: CELLS.filter((cell) => isPossible(sealing, cell)),
    impossible: CELLS.filter((cell) => !isPossible(sealing, cell)),
  })),
);

/** As many RSA keys of a size as one row takes: two requests, and two more where keys rotate. */
const RSA_KEYS_OF_A_ROW = 6;

const rsaKeys = new Map<KeyAlgorithm, readonly PrivateKey[]>();
let ca: LocalCa;
let pki: string;

// Fresh RSA keys for every row would take minutes; within a row no key comes twice.
beforeAll(async () => {
  for (const algorithm of KEY_ALGORITHMS.filter((name) => name.startsWith('rsa'))) {
    const keys = Array.from({ length: RSA_KEYS_OF_A_ROW }, () =>
      systemRandomness.generateKey(algorithm),
    );
    rsaKeys.set(algorithm, await Promise.all(keys));
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  ca = createLocalCa(PrivateKey.of(privateKey, 'ecdsa-p256'), 'CA of the table', {
    notBefore: daysAfter(-365),
    notAfter: daysAfter(3650),
    serialNumber: randomBytes(16),
  });
  pki = folderOf({
    'ca.crt': ca.certificate.pem,
    'ca.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
});
afterAll(removeFolders);

/** New keys, but of RSA those that are there. */
function randomnessOfRow(): Randomness {
  const left = new Map([...rsaKeys].map(([algorithm, keys]) => [algorithm, [...keys]]));
  return {
    ...systemRandomness,
    generateKey: async (algorithm) => {
      const rsa = left.get(algorithm);
      if (!rsa) return systemRandomness.generateKey(algorithm);
      const key = rsa.pop();
      if (!key) throw new Error(`a row takes more than ${RSA_KEYS_OF_A_ROW} keys of ${algorithm}`);
      return key;
    },
  };
}

const FILES: Files = { 'sealing.pem': SEALING_CERTIFICATE };

function filesOf({ signer, sealing }: Row, cells: readonly Cell[]): Files {
  const entry = ({ name, key, naming, keyPolicy }: Cell): Written => ({
    ...signer.entry,
    key,
    keyPolicy,
    secret: { name: `${name}-tls`, namespace: 'shop', naming },
  });
  // YAML takes JSON.
  const config = JSON.stringify({
    version: 1,
    defaults: { signer: signer.signer, sealing: SEALINGS[sealing], ca: 'ca.pem' },
    certificates: Object.fromEntries(cells.map((cell) => [cell.name, entry(cell)])),
  });
  return { ...FILES, 'ca.pem': ca.certificate.pem, 'releaf.yaml': config };
}

/** Runs commands on a folder; each must succeed. */
const commandsOn =
  (root: string, now: Date, randomness: Randomness) =>
  async (argv: readonly string[], stdin = ''): Promise<Ran> => {
    const ran = await releaf([...argv, '-C', root], { now, randomness, stdin });
    expect(ran).toMatchObject({ status: 0 });
    return ran;
  };

/** The revisions of every certificate of the row. */
async function rotate(root: string, { signer, times, possible }: Row): Promise<void> {
  const randomness = randomnessOfRow();
  for (const now of times) {
    const run = commandsOn(root, now, randomness);
    await run(['renew', '--force']);
    if (signer.signer === 'local') await run(['sign', '--ca', pki]);
    else await run(['fetch', '--from', '-'], signPending(root, ca, now));
  }
  const run = commandsOn(root, LATER, randomness);
  expect(await run(['synth'])).toMatchObject({ stderr: 'nothing to do\n' });
  expect(await run(['verify'])).toMatchObject({
    stdout: '',
    stderr: `all right: ${possible.length} certificates, ${possible.length} issued\n`,
  });
}

interface SecretObject {
  readonly kind: string;
  readonly metadata: SealedSecretPlace;
  readonly data: Readonly<Record<'tls.key' | 'tls.crt', string>>;
  readonly spec: {
    readonly encryptedData: Readonly<Record<'tls.key', string>>;
    readonly template: { readonly data: Readonly<Record<'tls.crt', string>> };
  };
}

/** A private key and its certificate, in clear, with the name of their Secret. */
interface Pair {
  readonly secret: string;
  readonly privateKey: string;
  readonly leaf: X509Certificate;
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString();

function pairOf({ metadata, data }: SecretObject): Pair {
  return {
    secret: metadata.name,
    privateKey: fromBase64(data['tls.key']),
    leaf: new X509Certificate(fromBase64(data['tls.crt'])),
  };
}

/** The pairs that whoever applies `dist/` gets for a certificate, opened by code that is not ours. */
async function pairsOf(dist: Files, name: string): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const [file, text] of Object.entries(dist)) {
    if (!file.startsWith(`${name}.`)) continue;
    if (file.endsWith('.sops.yaml')) {
      const [{ recipient }] = (parse(text) as { sops: { age: [{ recipient: string }] } }).sops.age;
      const identity = recipient === X25519.recipient ? X25519 : POST_QUANTUM;
      pairs.push(pairOf((await openSops(text, dataKeyBy(identity))) as unknown as SecretObject));
      continue;
    }
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as SecretObject;
      if (object.kind === 'Secret') pairs.push(pairOf(object));
      if (object.kind === 'SealedSecret') {
        const { encryptedData, template } = object.spec;
        pairs.push({
          secret: object.metadata.name,
          privateKey: unseal(encryptedData['tls.key'], object.metadata),
          leaf: new X509Certificate(template.data['tls.crt']),
        });
      }
    }
  }
  return pairs;
}

/** How openssl shows a public key. */
const KEY_SHOWN: Readonly<Record<KeyAlgorithm, string>> = {
  'ecdsa-p256': 'Public-Key: (256 bit)',
  'ecdsa-p384': 'Public-Key: (384 bit)',
  ed25519: 'ED25519 Public-Key:',
  'rsa-2048': 'Public-Key: (2048 bit)',
  'rsa-3072': 'Public-Key: (3072 bit)',
  'rsa-4096': 'Public-Key: (4096 bit)',
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const request = ({ name }: Cell, revision: number): string =>
  `certificates/${name}/${revision}/request.pem`;
const certificate = ({ name }: Cell, revision: number): string =>
  `certificates/${name}/${revision}/certificate.pem`;

/** That openssl takes every request and certificate, and finds the names and purposes in them. */
async function expectOpensslTakes(root: string, { signer, times, possible }: Row): Promise<void> {
  const requests = possible.map((cell) => request(cell, times.length));
  const shown = await output(
    'sh',
    [
      '-c',
      'for file; do openssl req -in "$file" -noout -verify -text 2>&1; done',
      'sh',
      ...requests,
    ],
    { cwd: root },
  );
  const texts = shown.split(/^Certificate request self-signature /m).slice(1);
  expect(texts).toEqual(
    possible.map(({ key }) => {
      const names = signer.altNames.join(', ').replace('fd00::1', 'FD00:0:0:0:0:0:0:1');
      const wanted = ['verify OK', KEY_SHOWN[key], names].map(escaped).join('[^]*');
      return expect.stringMatching(new RegExp(`^${wanted}`)) as string;
    }),
  );

  const certificates = possible.flatMap((cell) =>
    times.map((_, index) => certificate(cell, index + 1)),
  );
  const verified = await output(
    'openssl',
    [
      ...['verify', '-x509_strict', '-CAfile', 'ca.pem'],
      ...['-attime', `${LATER.getTime() / 1000}`, ...signer.verified, ...certificates],
    ],
    { cwd: root },
  );
  expect(verified).toBe(certificates.map((file) => `${file}: OK\n`).join(''));
}

/** Alternative names as `@peculiar/x509` reads them, written as openssl writes them. */
function altNamesOf(read: peculiar.Pkcs10CertificateRequest | peculiar.X509Certificate) {
  const kinds: Partial<Record<string, string>> = { dns: 'DNS', ip: 'IP Address', url: 'URI' };
  const extension = read.extensions.find(({ type }) => type === '2.5.29.17');
  const items = (extension as peculiar.SubjectAlternativeNameExtension | undefined)?.names.items;
  return (items ?? []).map(({ type, value }) => `${kinds[type] ?? type}:${value}`);
}

/** That each pair in `dist/` fits, and that an independent library reads in it what was asked for. */
async function expectPairsFit(root: string, { signer, times, possible }: Row): Promise<void> {
  const dist = filesIn(join(root, 'dist'));
  const authority = await new peculiar.X509Certificate(ca.certificate.pem).publicKey.export();
  const newest = times.length;
  for (const cell of possible) {
    const { name, naming, keyPolicy } = cell;
    const asked = new peculiar.Pkcs10CertificateRequest(read(root, request(cell, newest)));
    const issued = new peculiar.X509Certificate(read(root, certificate(cell, newest)));
    const leaves = times.map(
      (_, index) => new X509Certificate(read(root, certificate(cell, index + 1))),
    );
    const keys = leaves.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }));
    const pairs = await pairsOf(dist, name);
    const served = naming === 'stable' ? leaves.slice(-1) : leaves;
    expect({
      name,
      verified: [
        await asked.verify(),
        await issued.verify({ publicKey: authority, signatureOnly: true }),
      ],
      names: [altNamesOf(asked), altNamesOf(issued)].map((names) => new Set(names)),
      subject: issued.subject,
      differentKeys: new Set(keys).size,
      secrets: pairs.map(({ secret }) => secret.replace(/-[0-9a-f]{8}$/, '')).sort(),
      certificates: pairs.map(({ leaf }) => leaf.fingerprint256).sort(),
      fit: pairs.every(({ privateKey, leaf }) =>
        leaf.checkPrivateKey(createPrivateKey(privateKey)),
      ),
    }).toEqual({
      name,
      verified: [true, true],
      names: [new Set(signer.altNames), new Set(signer.altNames)],
      subject: asked.subject,
      differentKeys: keyPolicy === 'reuse' ? 1 : newest,
      secrets:
        naming === 'stable' ? [`${name}-tls`] : times.map((_, index) => `${name}-tls-${index + 1}`),
      certificates: served.map(({ fingerprint256 }) => fingerprint256).sort(),
      fit: true,
    });
  }
}

describe('the table of keys, signers, sealings, names of Secrets and policies of keys', () => {
  it('has 1152 cells, of which 1104 are possible', () => {
    const count = (cells: (row: Row) => readonly Cell[]): number => ROWS.flatMap(cells).length;
    expect([ROWS.length, count(({ possible }) => possible)]).toEqual([48, 1104]);
    expect(count(({ impossible }) => impossible)).toBe(48);
  });

  it.each(ROWS.map((row) => [row.signer.signer, row.sealing, row] as const))(
    '%s, %s: made, signed, fetched, synthesized, verified and opened',
    async (_, __, row) => {
      const root = folderOf(filesOf(row, row.possible));
      await rotate(root, row);
      await Promise.all([expectOpensslTakes(root, row), expectPairsFit(root, row)]);
    },
  );

  it.each(
    ROWS.filter(({ impossible }) => impossible.length > 0).map(
      (row) => [row.signer.signer, row] as const,
    ),
  )(
    '%s, strict: a Secret for each revision with a key that lives on is refused by the config, for every key',
    async (_, row) => {
      const { stderr } = await refused(folderOf(filesOf(row, row.impossible)));
      for (const { name } of row.impossible) {
        expect(stderr).toContain(
          `certificates.${name}.secret.naming: got "perRevision"; keyPolicy is reuse, and a key sealed in scope strict opens under one name only`,
        );
      }
    },
  );
});

/** What `plan` says of a config that it refuses, having touched nothing. */
async function refused(root: string): Promise<Ran> {
  const before = filesIn(root);
  const ran = await releaf(['plan', '-C', root]);
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(filesIn(root)).toEqual(before);
  return ran;
}

/** Rules that the shape of the config keeps already, and how it says so. */
const BY_SHAPE: Readonly<Record<string, string>> = {
  'api-server/signer-name': 'a signer is local, or a domain and a path',
  'api-server/usages-known': 'a usage is one that Kubernetes knows',
  'api-server/usages-unique': 'it is listed twice',
  'api-server/duration': 'a duration is 10m or more',
  'releaf/common-name-length': 'a common name has 1 to 64 characters',
};

describe('what a signer would refuse is refused by the config', () => {
  it('every rule that there is', () => {
    const ids = SIGNER_RULES.flatMap(({ rules }) => rules.map(({ id }) => id));
    expect(new Set(BREAKS.map(([rule]) => rule))).toEqual(new Set(ids));
  });

  it.each(BREAKS)('%s: %s with %j', async (rule, signer, instead) => {
    const { entry, signer: name } = signerOf(signer);
    const written = {
      signer: name,
      secret: { name: 'web-tls', namespace: 'shop' },
      ...entry,
      ...instead,
    };
    const sealing = SEALINGS['strict'];
    const config = { version: 1, certificates: { web: { ...written, sealing } } };
    const { stderr } = await refused(folderOf({ ...FILES, 'releaf.yaml': JSON.stringify(config) }));
    expect(stderr).toContain(BY_SHAPE[rule] ?? `(rule ${rule})`);
  });
});
