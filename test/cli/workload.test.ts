import type { LocalCa } from '../../lib/x509/local-ca';
import { removeFolders, testCa, WEB_CONFIG, WEB_FILES, type Files } from '../harness';
import { Team } from './team';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const TEMPLATE = 'spec.template.metadata.annotations';
const deploymentWith = (secretName: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {}
spec:
  template:
    metadata: {}
    spec:
      containers: [{ name: web, image: web }]
      volumes:
        - name: tls
          secret:
            secretName: ${secretName} # web-tls
`;
const withRestart = (annotations: string): string =>
  `${WEB_CONFIG}    restart: [{ file: web.yaml, annotations: ${annotations} }]\n`;

const teamWith = (files: Files): Team => new Team({ ...WEB_FILES, ...files }, ca);
const withWorkload = (secretName: string, annotations = TEMPLATE): Team =>
  teamWith({ 'releaf.yaml': withRestart(annotations), 'web.yaml': deploymentWith(secretName) });

describe('a workload in a file of the team', () => {
  it.each(['metadata.annotations', 'spec.template.metadata.annotation'])(
    'is refused before anything is made where no pod gets what stands in %s',
    async (annotations) => {
      const team = withWorkload('web-tls', annotations);
      const expected = `RESTART_FILE: web.yaml: Deployment web: no pod of a Deployment gets the annotations in ${annotations}, so nothing would restart
  in restart of the config say annotations: ${TEMPLATE}
`;
      expect(await team.refused('renew')).toBe(`error ${expected}`);
      const { stdout } = await team.try('explain web');
      expect(stdout).toContain(
        `web.yaml: Deployment web: no pod of a Deployment gets the annotations in ${annotations}`,
      );
    },
  );

  it('is refused as well where the annotation stands there already', async () => {
    const team = withWorkload('web-tls');
    await team.renew();
    team.edit(TEMPLATE, 'metadata.annotations');
    const [, , value = ''] =
      /(restart\.releaf\.dev\/web: "(\w+)")/.exec(team.read('web.yaml')) ?? [];
    team.edit('annotations: {}', `annotations: { restart.releaf.dev/web: "${value}" }`, 'web.yaml');
    for (const command of ['synth', 'verify']) {
      const { status, stderr } = await team.try(command);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining('error RESTART_FILE: web.yaml: Deployment web: no pod'),
      });
    }
  });

  it('is warned of where it mounts another Secret', async () => {
    const team = withWorkload('wbe-tls');
    team.edit('secretName: wbe-tls # web-tls', 'secretName: wbe-tls', 'web.yaml');
    await team.run('renew');
    await team.run('fetch --from -', 0, team.signed());
    expect(await team.try('verify')).toEqual({
      status: 0,
      stdout: '',
      stderr: `warning: web: the pods of Deployment web (web.yaml) mount Secret wbe-tls, not web-tls: name it there, or correct secret.name in the config
all right: 1 certificate, 1 issued
`,
    });
  });

  it('is not warned of where the file mounts none, since it may be a part of what is applied', async () => {
    const team = withWorkload('web-tls');
    team.edit(/ {6}volumes:[^]*/, '', 'web.yaml');
    await team.renew();
  });

  it('is named with the line where it says the name of a Secret that goes', async () => {
    const team = withWorkload('web-tls');
    await team.renew();
    team.edit('name: web-tls', 'name: web-cert');
    await team.run('renew', 1);
    expect((await team.try('verify', 1)).stderr).not.toContain('web.yaml');
    const { stderr } = await team.try('fetch --from -', 1, team.signed(1));
    expect(stderr).toContain(
      'warning: web: Secret shop/web-tls leaves the output for shop/web-cert: what still mounts the old one must follow first; web.yaml:14 still says web-tls: change it, or let references do it\n',
    );
    expect((await team.try('verify', 1)).stderr).toContain(
      'warning: web: the pods of Deployment web (web.yaml) mount Secret web-tls, not web-cert: ',
    );
  });
});

const KES = `version: 1
certificates:
  kes:
    profile: { name: minio-kes, tenant: t, replicas: 2, trust: leaf }
    signer: example.com/internal
    secret: { name: kes-server, namespace: minio }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
    references: [{ file: tenant.yaml, name: spec.kes.externalCertSecret.name }]
`;
const tenantWith = (replicas: number): string => `apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: t }
spec: { kes: { replicas: ${replicas}, externalCertSecret: { name: none } } }
`;

it('plan and verify say when the Tenant runs more pods of KES than the certificate is for', async () => {
  const team = teamWith({ 'releaf.yaml': KES, 'tenant.yaml': tenantWith(2) });
  await team.renew();
  expect((await team.try('plan')).stderr).toBe('');
  team.edit('replicas: 2', 'replicas: 3', 'tenant.yaml');
  const warning =
    'warning: kes: Tenant t runs 3 pods of KES (tenant.yaml), and the certificate is not for t-kes-2: say replicas: 3 in its profile\n';
  expect((await team.try('plan')).stderr).toBe(warning);
  expect((await team.try('verify')).stderr).toContain(warning);
  team.edit('replicas: 2', 'replicas: 3');
  expect(await team.try('plan')).toMatchObject({
    stdout: expect.stringContaining('renew'),
    stderr: `next: releaf renew -C ${team.root}\n`,
  });
});
