import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../lib/model/delivery-spec';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  testCa,
  type Files,
} from '../harness';
import { X25519 } from '../age-identities';
import { signPending } from '../sign-pending';

const config = (delivery: string): string => `version: 1
delivery: ${delivery}
defaults:
  signer: example.com/internal
  secret: { namespace: shop }
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
  web:
    dnsNames: [web.example.com]
    secret: { name: web-tls }
  api:
    dnsNames: [api.example.com]
    secret: { name: api-tls }
    sealing: { type: sops, recipients: [${X25519.recipient}] }
  tmp:
    dnsNames: [tmp.example.com]
    secret: { name: tmp-tls }
    sealing: { type: plaintext, iUnderstandKeysAreInGit: true }
`;

const SHAPES = ['layout: certificate, request: manifest', 'layout: object, request: job'];
const DELIVERIES = ENGINES.flatMap((type) => [
  ...SHAPES.map((shape) => `{ type: ${type}, ${shape} }`),
  ...(type === 'flux' ? ['{ type: flux, kustomizations: {} }'] : []),
]);

let committed: Files;

beforeAll(async () => {
  const ca = await testCa();
  const root = folderOf({ 'releaf.yaml': config('kubectl'), 'sealing.pem': SEALING_CERTIFICATE });
  const run = async (line: string, stdin = ''): Promise<void> => {
    const ran = await releaf([...line.split(' '), '-C', root], { now: daysAfter(0), stdin });
    expect(ran).toMatchObject({ status: 0 });
  };
  await run('renew');
  await run('fetch --from -', signPending(root, ca, daysAfter(0)));
  await run('renew --force');
  committed = Object.fromEntries(
    Object.entries(filesIn(root)).filter(([path]) => !path.startsWith('dist/')),
  );
});

afterAll(removeFolders);

async function outputAfter(root: string, delivery: string): Promise<Files> {
  writeFileSync(join(root, 'releaf.yaml'), config(delivery));
  expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0 });
  return filesIn(root);
}

it('another delivery leaves nothing of the one before, whichever follow each other', async () => {
  const fresh = new Map<string, Files>();
  for (const delivery of DELIVERIES) {
    const root = folderOf(committed);
    fresh.set(delivery, await outputAfter(root, delivery));
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  }
  // From each to each later one and back.
  const tour = DELIVERIES.flatMap((one, index) =>
    DELIVERIES.slice(index + 1).flatMap((other) => [one, other]),
  );
  const root = folderOf(committed);
  for (const delivery of tour) {
    expect(await outputAfter(root, delivery)).toEqual(fresh.get(delivery));
  }
}, 60_000);
