import { parseConfig } from '../../../lib/config/parse-config';
import type {
  WrittenCertificate,
  WrittenDefaults,
  WrittenKubernetesClientProfile,
} from '../../../lib/config/written-config';
import { problemsOf, refusal } from '../problems-of';

const written = (
  profile: Omit<WrittenKubernetesClientProfile, 'name'>,
  own: WrittenCertificate = {},
  defaults: WrittenDefaults = {},
) => {
  const deployer: WrittenCertificate = {
    profile: { name: 'kubernetes-client', ...profile },
    sealing: { type: 'sops' },
    secret: { namespace: 'ci', name: 'deployer' },
    ...own,
  };
  return { version: 1, defaults, certificates: { deployer } };
};
const specOf = (...of: Parameters<typeof written>) =>
  parseConfig(written(...of), 'releaf.yaml').certificates[0]!;

const FOREVER =
  'profile: the API server takes this certificate until it expires, and nothing can revoke it; keep its duration short';

describe('kubernetes-client', () => {
  it('asks the signer of Kubernetes for a user and its groups', () => {
    expect(specOf({ user: 'deployer', groups: ['ci', 'team-a'] })).toMatchObject({
      profile: 'kubernetes-client',
      signer: 'kubernetes.io/kube-apiserver-client',
      subject: { commonName: 'deployer', organizations: ['ci', 'team-a'] },
      dnsNames: [],
      usages: ['digital signature', 'client auth'],
      keyPolicy: 'rotate',
      secret: { name: 'deployer', type: 'kubernetes.io/tls' },
      warnings: [FOREVER],
    });
  });

  it('asks for key encipherment too when the key is RSA', () => {
    expect(specOf({ user: 'a' }, { key: 'rsa-3072' }).usages).toEqual([
      'digital signature',
      'key encipherment',
      'client auth',
    ]);
  });

  it('says how long the certificate that nothing revokes is asked for', () => {
    expect(specOf({ user: 'a' }, { duration: '30d' }).warnings).toEqual([`${FOREVER}, it is 30d`]);
  });

  it('refuses the group that may do everything, and points at the profile', () => {
    const config = written({ user: 'a', groups: ['ci', 'system:masters'] });
    expect(refusal(config)?.code).toBe('SIGNER_RULE');
    expect(problemsOf(config)).toEqual([
      expect.stringMatching(/^certificates\.deployer\.profile\.groups: .*found system:masters/),
    ]);
  });

  it.each<[title: string, own: WrittenCertificate, defaults: WrittenDefaults, problem: string]>([
    [
      'the group that may do everything, whoever signs',
      { profile: { name: 'kubernetes-client', user: 'a', groups: ['system:masters'] } },
      { signer: 'example.com/clients' },
      'profile.groups[0]: got "system:masters"; that group may do everything, whatever RBAC says: bind a group of your own to the role cluster-admin',
    ],
    [
      'another common name than the user',
      { commonName: 'b' },
      {},
      'commonName: got "b"; with kubernetes-client the common name is the user: say it in profile.user',
    ],
    [
      'organizations of the defaults, which would become groups',
      {},
      { subject: { organizations: ['Example'] } },
      "subject.organizations: got a list of 1; with kubernetes-client the organizations are the user's groups: say them in profile.groups, and the same here or nothing",
    ],
    [
      'a certificate for servers',
      { dnsNames: ['a.b'], usages: ['digital signature', 'server auth'] },
      { signer: 'local' },
      'usages: got a list of 2; with kubernetes-client there is client auth among them',
    ],
    [
      'no name of the Secret',
      { secret: { namespace: 'ci' } },
      {},
      'secret.name: missing; say the name of the Secret',
    ],
  ])('refuses %s', (_, own, defaults, problem) => {
    expect(problemsOf(written({ user: 'a' }, own, defaults))).toEqual([
      `certificates.deployer.${problem}`,
    ]);
  });

  it('takes organizations that are the groups, so that an entry can mend the defaults', () => {
    const own = { subject: { organizations: ['ci'] } };
    const defaults = { subject: { organizations: ['Example'] } };
    expect(specOf({ user: 'a', groups: ['ci'] }, own, defaults).subject.organizations).toEqual([
      'ci',
    ]);
  });
});
