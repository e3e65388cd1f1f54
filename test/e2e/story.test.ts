import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { folderOf, removeFolders } from '../harness';
import {
  getRequest,
  kubectl,
  newNamespace,
  releafDone,
  secretData,
  signingCa,
  SIGNING_SECONDS,
} from './cluster';
import { expectPair, secondsOf } from './pair';
import { sealingCertificate } from './sealed-secrets';

afterAll(removeFolders);

const DAY = 86_400;

it.each([
  ['a duration that the signer honours', '7d', 7 * DAY, ''],
  ['one that it cuts short', '90d', SIGNING_SECONDS, 'lifetime 30d, asked for 90d\n'],
])(
  'renew, apply, approve, fetch, apply: with %s the cluster holds a matching pair',
  async (_, duration, seconds, told) => {
    const namespace = await newNamespace();
    const name = `kes-${namespace}`;
    const config = {
      version: 1,
      certificates: {
        [name]: {
          profile: { name: 'minio-kes', tenant: 'kes-tenant', replicas: 2 },
          subject: { countries: ['US'] },
          key: 'rsa-2048',
          duration,
          secret: { namespace },
          sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
          ca: 'ca.pem',
        },
      },
    };
    const root = folderOf({
      'releaf.yaml': stringify(config),
      'ca.pem': signingCa(),
      'sealing.pem': await sealingCertificate(),
    });
    const releaf = (...args: readonly string[]) => releafDone([...args, '-C', root]);
    const applyOutput = (): Promise<string> => kubectl(['apply', '-f', join(root, 'dist')]);

    await releaf('renew');
    const request = /^certificatesigningrequest\S*\/(\S+) created\n$/.exec(
      await applyOutput(),
    )?.[1];
    expect(request).toMatch(new RegExp(`^${name}-1-[0-9a-f]{8}$`));
    expect((await getRequest(request!))?.status).toEqual({});

    const approved = await releaf('approve', '--no-fetch');
    expect(approved.stdout).toContain(`${name}: ${request} is approved: `);
    const fetched = await releaf('fetch', '--wait', '1m');
    expect(fetched.stdout).toContain(`${name}: revision 1 is issued\n`);
    const notAsAsked = /^not as asked: .*: (.*\n)/m.exec(fetched.stderr)?.[1];
    expect(notAsAsked ?? '').toBe(told);
    expect(await applyOutput()).toBe('sealedsecret.bitnami.com/kes-tenant-kes-tls created\n');

    const data = await secretData('kes-tenant-kes-tls', namespace);
    expect(Object.keys(data).sort()).toEqual(['private.key', 'public.crt']);
    const leaf = await expectPair(
      { privateKey: data['private.key']!, certificate: data['public.crt']! },
      [
        ...['-purpose', 'sslserver', '-verify_hostname'],
        `kes-tenant-kes-1.kes-tenant-kes-hl-svc.${namespace}.svc.cluster.local`,
      ],
    );
    expect(secondsOf(leaf)).toBe(seconds);
    expect(data['public.crt']).toBe(leaf.toString() + signingCa());

    expect((await releaf('synth')).stderr).toBe('nothing to do\n');
    await releaf('verify');
    expect(readdirSync(join(root, 'dist'))).toEqual([`${name}.k8s.yaml`]);
  },
);
