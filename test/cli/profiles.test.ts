import { createHash, X509Certificate } from 'node:crypto';
import type { LocalCa } from '../../lib/x509/local-ca';
import { removeFolders, testCa, WEB_FILES } from '../harness';
import { Team } from './team';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const teamWith = (entry: string): Team =>
  new Team(
    {
      ...WEB_FILES,
      'releaf.yaml': `version: 1
defaults:
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
${entry}`,
    },
    ca,
  );

const identityOf = (certificate: string): string =>
  createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

describe('a client of KES', () => {
  const MINIO = `  minio:
    profile: { name: minio-kes-client, policy: storage }
    signer: example.com/kes-clients
    secret: { name: minio-client, namespace: minio }
`;

  it('shows the identity that its policy must name, and keeps it', async () => {
    const team = teamWith(MINIO);
    const first = await team.run('renew');
    await team.issue();
    const identity = identityOf(team.read('certificates/minio/1/certificate.pem'));
    expect(first.stdout).toContain(
      `  identity ${identity}, new: KES must know it before it is served
  policy:
    storage:
      identities:
        - ${identity}  # revision 1
`,
    );
    expect((await team.run('renew', 70)).stdout).toContain(`  identity ${identity}, as before\n`);
    await team.issue(70);
    expect(identityOf(team.read('certificates/minio/2/certificate.pem'))).toBe(identity);
  });

  it('gets another one only when the config accepts that, and the policy for both is shown', async () => {
    const team = teamWith(MINIO);
    await team.renew();
    const before = identityOf(team.read('certificates/minio/1/certificate.pem'));
    team.edit('secret:', 'key: ecdsa-p384\n    secret:');
    expect(await team.refused('renew')).toMatch(
      /^error KEY_REUSE: minio: the config changed \(key: ecdsa-p256 → ecdsa-p384\); but .* or say acceptIdentityChange: true in the profile\n/,
    );
    team.edit('policy: storage', 'policy: storage, acceptIdentityChange: true');
    const { stdout } = await team.run('renew', 1);
    await team.issue(1);
    const after = identityOf(team.read('certificates/minio/2/certificate.pem'));
    expect(after).not.toBe(before);
    expect(stdout).toContain(
      `  identity ${after}, new: KES must know it before it is served
  policy:
    storage:
      identities:
        - ${before}  # revision 1
        - ${after}  # revision 2
  take the old one out once the new certificate serves everywhere
`,
    );
  });
});

describe('a client of the API server', () => {
  it('is its user and groups, and the warning says how long nobody can revoke it', async () => {
    const team = teamWith(`  deployer:
    profile: { name: kubernetes-client, user: deployer, groups: [ci] }
    duration: 7d
    secret: { name: deployer, namespace: ci }
`);
    const { stderr } = await team.run('renew');
    expect(stderr).toContain(
      'warning: deployer: profile: the API server takes this certificate until it expires, and nothing can revoke it; keep its duration short, it is 7d\n',
    );
    await team.issue();
    const { subject, subjectAltName, keyUsage } = new X509Certificate(
      team.read('certificates/deployer/1/certificate.pem'),
    );
    expect({ subject, subjectAltName, keyUsage }).toEqual({
      subject: 'O=ci\nCN=deployer',
      subjectAltName: undefined,
      keyUsage: ['1.3.6.1.5.5.7.3.2'],
    });
  });
});
