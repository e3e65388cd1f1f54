import {
  constants,
  createCipheriv,
  generateKeyPair,
  generateKeyPairSync,
  publicEncrypt,
  sign,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withProgress } from '../lib/cli/progress';
import { systemRandomness } from '../lib/cli/randomness';
import { renderCertificate } from '../lib/constructs/render';
import type { KeyAlgorithm } from '../lib/model/certificate-spec';
import { makeRevision } from '../lib/rotation/renew';
import { readSealingCertificate, sealedSecretsSealer } from '../lib/sealing/sealed-secrets';
import { benchCa, quietContext, specOf } from './fleet';
import type { RenewSample, RsaSample } from './measure';

// node renew-sample.js p256 COUNT DIRECTORY: prints a RenewSample. releaf and its floor take turns every
// few keys.
//
// node renew-sample.js rsa COUNT: prints an RsaSample; RSA-2048 keys on all cores.
//
// node renew-sample.js unsealed COUNT: prints how many keys were in memory at once, at most.

const generate = promisify(generateKeyPair);

const WARM_UP = 1000;
const TURN = 50;

/** Made once, as renew does: the certificate to seal for, with a key as long as the controller's. */
async function sealing() {
  const now = new Date();
  const { certificate } = await benchCa(now, 'rsa-4096');
  return readSealingCertificate(certificate.pem, 'the bench CA', now);
}

type Sealing = Awaited<ReturnType<typeof sealing>>;

/** What `renew` does for one certificate, but for the files. */
function revisionMaker(
  certificate: Sealing,
  key: KeyAlgorithm,
  generateKey = systemRandomness.generateKey,
) {
  const sealer = sealedSecretsSealer(certificate, 'strict', systemRandomness.bytes);
  const sources = { generateKey, sealer, now: new Date() };
  return (index: number) =>
    makeRevision({ ...specOf(`service-${index}`), key }, 1, 'benchmark', sources);
}

/** The least that makes a key, signs and gives a sealed value in the form of kubeseal, with node:crypto alone. */
function bare({ publicKey }: Sealing): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  sign('sha256', REQUEST_LIKE, privateKey);
  const sessionKey = systemRandomness.bytes(32);
  const wrapped = publicEncrypt(
    {
      key: publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from('shop/service-tls'),
    },
    sessionKey,
  );
  const cipher = createCipheriv('aes-256-gcm', sessionKey, Buffer.alloc(12));
  const sealed = [cipher.update(KEY_LIKE), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([LENGTH_LIKE, wrapped, ...sealed]).toString('base64');
}

/** As long as the part of a request that is signed, and as a P-256 key in PEM. */
const REQUEST_LIKE = Buffer.alloc(250, 1);
const KEY_LIKE = Buffer.alloc(241, 2);
const LENGTH_LIKE = Buffer.alloc(2);

async function p256(count: number, directory: string): Promise<RenewSample> {
  const certificate = await sealing();
  const subjects = {
    releaf: revisionMaker(certificate, 'ecdsa-p256'),
    floor: () => bare(certificate),
  };
  const take = async (most: number): Promise<Omit<RenewSample, 'withManifest'>> => {
    const cpu = { releaf: 0, floor: 0 };
    for (let start = 0; start < most; start += TURN) {
      for (const subject of ['releaf', 'floor'] as const) {
        const before = process.cpuUsage();
        for (let index = start; index < start + TURN; index += 1) await subjects[subject](index);
        const { user, system } = process.cpuUsage(before);
        cpu[subject] += (user + system) / 1000;
      }
    }
    return cpu;
  };
  await take(WARM_UP);
  const taken = await take(count);
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    const revisions = [await subjects.releaf(index)];
    for (const { text } of renderCertificate({ spec: specOf(`service-${index}`), revisions })) {
      writeFileSync(join(directory, MANIFEST), text);
    }
  }
  return { ...taken, withManifest: performance.now() - start };
}

const MANIFEST = 'renewed.k8s.yaml';

/**
 * How long one RSA key takes is chance, so a bare loop and releaf differ by it more than by anything that
 * releaf does. So besides both rates this gives the share of the renewals' time in which keys are made.
 */
async function rsa(count: number): Promise<RsaSample> {
  const cores = availableParallelism();
  const context = { ...quietContext(new Date()), cores };
  const items = [...Array(count).keys()];
  const timed = async (work: (index: number) => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await withProgress(context, '', items, work);
    return performance.now() - start;
  };
  let making = 0;
  const generateKey = async (algorithm: KeyAlgorithm) => {
    const start = performance.now();
    const key = await systemRandomness.generateKey(algorithm);
    making += performance.now() - start;
    return key;
  };
  const revision = revisionMaker(await sealing(), 'rsa-2048', generateKey);
  let renewing = 0;
  const releaf = await timed(async (index) => {
    const start = performance.now();
    await revision(index);
    renewing += performance.now() - start;
  });
  const loop = await timed(() => generate('rsa', { modulusLength: 2048 }));
  return { releaf, bare: loop, share: making / renewing };
}

/** The most keys that wait to be sealed at once, were there cores without end. */
async function unsealed(count: number): Promise<number> {
  const keys = { now: 0, most: 0 };
  const revision = revisionMaker(await sealing(), 'ecdsa-p256', async (algorithm) => {
    keys.now += 1;
    keys.most = Math.max(keys.most, keys.now);
    // So that every worker gets as far as it can.
    await setImmediate();
    return systemRandomness.generateKey(algorithm);
  });
  const context = { ...quietContext(new Date()), cores: count };
  await withProgress(context, '', [...Array(count).keys()], async (index) => {
    await revision(index);
    keys.now -= 1;
  });
  return keys.most;
}

const [mode = '', count, directory = ''] = process.argv.slice(2);
const samples: Readonly<Record<string, (count: number, directory: string) => Promise<unknown>>> = {
  p256,
  rsa,
  unsealed,
};
const sample = samples[mode]?.(Number(count), directory) ?? Promise.reject(new Error(mode));
void sample.then((taken) => {
  console.log(JSON.stringify(taken));
});
