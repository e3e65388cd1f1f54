import { createCipheriv, createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { systemClock } from '../lib/cli/clock';
import type { Context } from '../lib/cli/context';
import { systemRandomness } from '../lib/cli/randomness';
import type { CertificateSpec } from '../lib/model/certificate-spec';
import type { Certificate, Revision } from '../lib/model/revision';
import { makeRevision } from '../lib/rotation/renew';
import { sealedKeySha256 } from '../lib/rotation/sealed-key-digest';
import { readSealingCertificate, sealedSecretsSealer } from '../lib/sealing/sealed-secrets';
import { readRequest } from '../lib/x509/certificate-request';
import { createLocalCa, type LocalCa } from '../lib/x509/local-ca';

const DAY_MS = 86_400_000;

/** RSA keys take 0.1 s each, so a few real pairs stand behind any number of certificates. */
const PAIRS = 2;

/** A context of commands whose output nobody reads. */
export const quietContext = (now: Date): Context => ({
  folder: '.',
  now,
  randomness: systemRandomness,
  cores: availableParallelism(),
  print: () => undefined,
  note: () => undefined,
  interactive: false,
  colour: false,
  readInput: () => Promise.resolve(Buffer.of()),
  clock: systemClock,
  uncommitted: () => [],
  committedFiles: () => new Map(),
  repositoryOf: () => undefined,
  openCluster: () => {
    throw new Error('no benchmark has a cluster');
  },
  ignoredByGit: () => [],
  untracked: () => [],
  unstaged: () => [],
  forkOf: () => undefined,
});

/** Revision 1, issued with a chain of two certificates, and revision 2, pending. */
export type Pair = readonly [Revision, Revision];

/** A CA in memory that also serves as the certificate to seal for: RSA, valid now. */
export async function benchCa(
  now: Date,
  key: 'rsa-2048' | 'rsa-4096' = 'rsa-2048',
): Promise<LocalCa> {
  return createLocalCa(await systemRandomness.generateKey(key), 'releaf bench CA', {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 3650 * DAY_MS),
    serialNumber: systemRandomness.bytes(16),
  });
}

/** Real pairs, made by the code behind `renew` and `sign`. */
export async function makePairs(ca: LocalCa, now: Date): Promise<readonly Pair[]> {
  const { pem } = ca.certificate;
  const sealing = readSealingCertificate(pem, 'the bench CA', now);
  const sealer = sealedSecretsSealer(sealing, 'strict', systemRandomness.bytes);
  const revision = (number: number): Promise<Revision> =>
    makeRevision(specOf('service'), number, 'benchmark', {
      generateKey: systemRandomness.generateKey,
      sealer,
      now,
    });
  return Promise.all(
    Array.from({ length: PAIRS }, async (): Promise<Pair> => {
      const issued = await revision(1);
      const leaf = ca.sign(readRequest(issued.request, 'the request'), {
        usages: issued.record.usages,
        expirationSeconds: issued.record.expirationSeconds,
        now,
        serialNumber: systemRandomness.bytes(16),
      });
      return [{ ...issued, certificate: leaf + pem }, await revision(2)];
    }),
  );
}

/** Certificate number `index` of a fleet: a name and a ciphertext of its own. */
export function certificateOf(pairs: readonly Pair[], index: number): Certificate {
  const name = `service-${`${index}`.padStart(6, '0')}`;
  const spec = specOf(name);
  const [issued, pending] = pairs[index % pairs.length]!;
  const sealedFor = (revision: Revision): Revision => {
    const value = ciphertextLike(revision.sealedKey.value, `${name}/${revision.number}`);
    const sealedKey = { ...revision.sealedKey, name: spec.secret.name, value };
    const record = { ...revision.record, sealedKeySha256: sealedKeySha256(sealedKey) };
    return { ...revision, sealedKey, record };
  };
  const objectName = pending.record.objectName.replace('service', name);
  return {
    spec,
    revisions: [
      sealedFor(issued),
      sealedFor({ ...pending, record: { ...pending.record, objectName } }),
    ],
  };
}

/** Base64 of as many bytes that no compressor would tell from ciphertext, the same in every run. */
function ciphertextLike(value: string, seed: string): string {
  const key = createHash('sha256').update(seed).digest();
  const zeros = Buffer.alloc(Buffer.from(value, 'base64').length);
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(zeros).toString('base64');
}

/** A certificate with two DNS names. */
export function specOf(name: string): CertificateSpec {
  return {
    name,
    profile: 'generic',
    subject: {
      countries: [],
      organizations: ['example'],
      organizationalUnits: [],
      localities: [],
      provinces: [],
      commonName: 'service.example.com',
    },
    dnsNames: ['service.example.com', 'service.shop.svc.cluster.local'],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    key: 'rsa-2048',
    keyPolicy: 'rotate',
    usages: ['digital signature', 'key encipherment', 'server auth'],
    signer: 'example.com/internal',
    expirationSeconds: 90 * 86_400,
    renewAt: { share: 2 / 3 },
    secret: {
      name: `${name}-tls`,
      namespace: 'shop',
      naming: 'stable',
      type: 'kubernetes.io/tls',
      keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
      labels: {},
    },
    sealing: { type: 'sealed-secrets', certificate: 'sealing.pem', scope: 'strict' },
    restart: [],
    restartObjects: [],
    references: [],
    appendCa: false,
    delivery: {
      engine: 'kubectl',
      layout: 'certificate',
      request: 'manifest',
      approve: 'automatic',
      image: 'registry.example.com/kubectl:1.36.3',
    },
    warnings: [],
  };
}
