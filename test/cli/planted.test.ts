import type { LocalCa } from '../../lib/x509/local-ca';
import { removeFolders, testCa, WEB_CONFIG, WEB_FILES, type Files } from '../harness';
import { Team } from './team';

let ca: LocalCa;
let evil: LocalCa;
/** Revision 2 serves, 1 was before it. */
let served: Files;
/** 2 serves no longer; 3 is signed by a stranger, 4 as ever and serves. */
let planted: Files;

const CONFIG = `${WEB_CONFIG}    ca: ca.pem\n`;
const pemOf = ({ certificate }: LocalCa): string => certificate.pem;

/** Renews and has it signed by this CA, whatever the config thinks of it. */
async function issuedBy(files: Files, signer: LocalCa, day: number): Promise<Files> {
  const team = new Team({ ...files, 'ca.pem': pemOf(signer) }, signer);
  await team.run('renew --force web', day);
  await team.run('fetch --from -', day, team.signed(day));
  return { ...files, ...team.files(), 'ca.pem': files['ca.pem'] ?? '' };
}

/** As if releaf had written all of this. */
async function synthesized(files: Files): Promise<Team> {
  const team = new Team(files, ca);
  await team.run('synth');
  return team;
}

const without = (files: Files, ...numbers: readonly number[]): Files =>
  Object.fromEntries(
    Object.entries(files).filter(
      ([file]) => !numbers.some((number) => file.startsWith(`certificates/web/${number}/`)),
    ),
  );

beforeAll(async () => {
  [ca, evil] = [await testCa('my CA'), await testCa('evil root')];
  const files = { ...WEB_FILES, 'releaf.yaml': CONFIG, 'ca.pem': pemOf(ca) };
  served = await issuedBy(await issuedBy(files, ca, 0), ca, 1);
  planted = await issuedBy(await issuedBy(served, evil, 2), ca, 3);
});
afterAll(removeFolders);

describe('a revision that a stranger signed, and that does not serve,', () => {
  it('is refused behind one that the CA signed', async () => {
    const team = await synthesized(without(planted, 1));
    const { status, stdout } = await team.try('verify');
    expect(status).toBe(1);
    expect(stdout).toBe(
      'CERTIFICATE_CHAIN  certificates/web/3/certificate.pem: issued by CN=evil root, which is not signed by a CA of ca.pem (CN=my CA)\n' +
        "  if the signer's CA changed, add the new one to ca.pem and keep the old one until all are renewed\n",
    );
  });

  it.each([
    ['is not gone back to', [1, 2]],
    ['is not gone back to where the one that served is there still', [1]],
  ])('%s', async (_, gone) => {
    const team = await synthesized(without(planted, ...gone));
    expect(await team.refused('rollback web', 4)).toBe(
      'error NO_ROLLBACK: web: revision 3 cannot serve again: certificates/web/3/certificate.pem: issued by CN=evil root, which is not signed by a CA of ca.pem (CN=my CA)\n' +
        '  make a new one: releaf renew web --force; if clients trust the CA of revision 3 still, add it to ca.pem\n',
    );
  });

  it('is not gone back to in place of the one that was there', async () => {
    const web3 = Object.entries(without(planted, 1, 2, 4));
    const team = await synthesized({ ...without(served, 1), ...Object.fromEntries(web3) });
    await team.run('renew --force web', 4);
    expect(await team.refused('rollback web', 4)).toContain('NO_ROLLBACK');
  });

  it('does not serve where a rollback is claimed already', async () => {
    const team = await synthesized({
      ...without(planted, 1, 2),
      'certificates/web/4/withdrawn': 'yes\n',
    });
    expect(await team.refused('rollback web', 4)).toContain(
      'error NO_ROLLBACK: web: revision 3 cannot serve again: ',
    );
  });
});

describe('after a change of CA', () => {
  it('the revision of the former CA is right as long as it does not come back', async () => {
    const next = await testCa('the next CA');
    const both = { ...served, 'ca.pem': pemOf(ca) + pemOf(next) };
    const team = new Team(both, next);
    await team.renew('renew --force web', 2);
    team.edit(pemOf(ca), '', 'ca.pem');
    await team.run('verify', 3);
    expect(await team.refused('rollback web', 3)).toBe(
      'error NO_ROLLBACK: web: revision 2 cannot serve again: certificates/web/2/certificate.pem: issued by CN=my CA, which is not signed by a CA of ca.pem (CN=the next CA)\n' +
        '  make a new one: releaf renew web --force; if clients trust the CA of revision 2 still, add it to ca.pem\n',
    );
    team.edit(/^/, pemOf(ca), 'ca.pem');
    expect((await team.run('rollback web', 3)).stdout).toBe(
      'web: revision 3 is withdrawn, revision 2 serves\n',
    );
    await team.run('verify', 3);
  });
});

describe('a key in clear, where the config wants it sealed,', () => {
  const clear = CONFIG.replace(
    '{ type: sealed-secrets, certificate: sealing.pem }',
    '{ type: plaintext, iUnderstandKeysAreInGit: true }',
  );
  const KEY = 'certificates/web/3/private-key.yaml';
  const WARNING = `warning: ${KEY}: holds a private key in clear, and the config says sealing: sealed-secrets; right only if the key was made before it said so\n`;

  it('is told of while one from before serves', async () => {
    const first = await issuedBy({ ...served, 'releaf.yaml': clear }, ca, 2);
    const files = without(first, 1, 2);
    const team = new Team({ ...files, 'releaf.yaml': CONFIG }, ca);
    await team.run('renew', 3);
    const { status, stderr } = await team.try('verify', 3);
    expect(status).toBe(0);
    expect(stderr).toBe(`${WARNING}all right: 1 certificate, 1 issued\n`);
    team.edit(/^/, `knownPrivateKeys: [${KEY}]\n`);
    expect((await team.try('verify', 3)).stderr).toBe('all right: 1 certificate, 1 issued\n');
  });

  it('is refused behind one that was sealed', async () => {
    const inClear = await issuedBy({ ...served, 'releaf.yaml': clear }, ca, 2);
    const sealed = await issuedBy({ ...inClear, 'releaf.yaml': CONFIG }, ca, 3);
    const team = await synthesized(without(sealed, 1));
    const { status, stdout } = await team.try('verify', 3);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'PRIVATE_KEY_IN_CLEAR  certificates/web/3/private-key.yaml: holds a private key in clear',
    );
  });
});

it('a Secret that the config does not name is told of while what serves goes there', async () => {
  const elsewhere = CONFIG.replace('web-tls, namespace: shop', 'webhook, namespace: kube-system');
  const moved = await issuedBy({ ...served, 'releaf.yaml': elsewhere }, ca, 2);
  const team = new Team({ ...without(moved, 1, 2), 'releaf.yaml': CONFIG }, ca);
  await team.run('renew', 3);
  const { status, stderr } = await team.try('verify', 3);
  expect(status).toBe(0);
  expect(stderr).toBe(
    'warning: certificates/web/3: goes to Secret kube-system/webhook, and the config names shop/web-tls; right only if it was that before\n' +
      'all right: 1 certificate, 1 issued\n',
  );
  await team.issue(3);
  expect((await team.try('verify', 3)).stderr).toBe('all right: 1 certificate, 1 issued\n');
});
