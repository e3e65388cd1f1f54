import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { LocalCa } from '../../lib/x509/local-ca';
import { removeFolders, testCa, WEB_CONFIG, WEB_FILES } from '../harness';
import { unseal } from '../unseal';
import { Team } from './team';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const STABLE = `${WEB_CONFIG}    references: [{ file: web.yaml, name: 'spec.volumes[0].secret.secretName' }]\n`;
const PER_REVISION = STABLE.replace('namespace: shop', 'namespace: shop, naming: perRevision');
const WORKLOAD = `spec:
  volumes:
    - name: tls
      secret:
        secretName: none # releaf says it
`;

const teamWith = (config: string): Team =>
  new Team({ ...WEB_FILES, 'releaf.yaml': config, 'web.yaml': WORKLOAD }, ca);

/** The name that a revision's Secret has by the documents: it ends as its request does. */
const nameOf = (team: Team, number: number): string =>
  team.record(`web/${number}`).objectName.replace(/^web/, 'web-tls');

const secretsIn = (team: Team): readonly string[] =>
  team
    .objects('web.k8s.yaml')
    .filter(({ kind }) => kind === 'SealedSecret')
    .map(({ metadata }) => metadata.name);

const named = (team: Team): string | undefined =>
  /secretName: "(.+)" # releaf says it\n/.exec(team.read('web.yaml'))?.[1];

describe('a Secret for each revision', () => {
  it('is named by the workload once it is there, and not before', async () => {
    const team = teamWith(PER_REVISION);
    await team.run('renew');
    expect(nameOf(team, 1)).toMatch(/^web-tls-1-[0-9a-f]{8}$/);
    expect(named(team)).toBeUndefined();
    expect(secretsIn(team)).toEqual([]);
    await team.issue();
    expect(named(team)).toBe(nameOf(team, 1));
    expect(secretsIn(team)).toEqual([nameOf(team, 1)]);
  });

  it('joins that of the revision before, and the workload goes over once it is issued', async () => {
    const team = teamWith(PER_REVISION);
    await team.renew();
    await team.run('renew', 70);
    expect(named(team)).toBe(nameOf(team, 1));
    expect(secretsIn(team)).toEqual([nameOf(team, 1)]);
    const { stderr } = await team.issue(70);
    expect(stderr).not.toContain('leaves the output');
    expect(named(team)).toBe(nameOf(team, 2));
    expect(secretsIn(team)).toEqual([nameOf(team, 2), nameOf(team, 1)]);
    for (const { metadata, spec } of team.objects('web.k8s.yaml')) {
      const privateKey = createPrivateKey(unseal(spec.encryptedData['tls.key']!, metadata));
      const certificate = new X509Certificate(spec.template.data['tls.crt']!);
      expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    }
    await team.renew('renew', 140);
    expect(secretsIn(team)).toEqual([nameOf(team, 3), nameOf(team, 2)]);
  });

  it('makes a rollback one changed line: both Secrets are there still', async () => {
    const team = teamWith(PER_REVISION);
    await team.renew();
    await team.renew('renew', 70);
    const before = team.files();
    await team.run('rollback web', 71);
    const after = team.files();
    const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
    expect(changed).toEqual(['certificates/web/2/withdrawn', 'web.yaml']);
    expect(after['web.yaml']).toBe(before['web.yaml']?.replace(nameOf(team, 2), nameOf(team, 1)));
    await team.run('verify', 71);
  });

  it('takes over from one for all, which stays for the pods that mount it, and back', async () => {
    const team = teamWith(STABLE);
    await team.renew();
    expect(named(team)).toBe('web-tls');

    team.edit('namespace: shop', 'namespace: shop, naming: perRevision');
    expect((await team.run('plan')).stdout).toContain(
      'the config changed (Secret: shop/web-tls → shop/web-tls-<revision>-<digest>)',
    );
    await team.run('renew');
    expect(secretsIn(team)).toEqual(['web-tls']);
    const over = await team.issue(1);
    expect(over.stderr).not.toContain('leaves the output');
    expect(secretsIn(team)).toEqual([nameOf(team, 2), 'web-tls']);
    expect(named(team)).toBe(nameOf(team, 2));

    team.edit(', naming: perRevision', '');
    await team.run('renew', 2);
    expect(secretsIn(team)).toEqual([nameOf(team, 2)]);
    const back = await team.issue(2);
    expect(back.stderr).toContain(
      `warning: web: Secret shop/${nameOf(team, 2)} leaves the output for shop/web-tls: what still mounts the old one must follow first\n`,
    );
    expect(secretsIn(team)).toEqual(['web-tls']);
    expect(named(team)).toBe('web-tls');
  });
});
