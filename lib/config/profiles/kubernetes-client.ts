import { formatDuration, parseDuration } from '../duration';
import { got } from '../problem';
import type { WrittenKubernetesClientProfile } from '../written-config';
import type { Profile, ProfileProblems, Said } from './profile';

const KUBE_APISERVER_CLIENT = 'kubernetes.io/kube-apiserver-client';

/**
 * A person or a program that shows itself to the API server, which takes CN for the user and O for the groups.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates
 */
export function kubernetesClient(
  { user, groups = [] }: WrittenKubernetesClientProfile,
  said: Said,
): Profile {
  const signer = said.signer ?? KUBE_APISERVER_CLIENT;
  const duration = parseDuration(said.duration ?? '');
  return {
    commonName: user,
    organizations: groups,
    dnsNames: [],
    usages: said.key?.startsWith('rsa-')
      ? ['digital signature', 'key encipherment', 'client auth']
      : ['digital signature', 'client auth'],
    purpose: 'client auth',
    signer: KUBE_APISERVER_CLIENT,
    secretType: 'kubernetes.io/tls',
    appendCa: said.appendCa ?? false,
    warnings: [
      `profile: the API server takes this certificate until it expires, and nothing can revoke it; keep its duration short${duration === undefined ? '' : `, it is ${formatDuration(duration)}`}`,
    ],
    options: { commonName: ['profile', 'user'], 'subject.organizations': ['profile', 'groups'] },
    problems: [...otherNames(user, groups, said), ...masters(signer, groups)],
  };
}

/** Organizations for everybody, said in the defaults, would silently become groups. */
function otherNames(
  user: string,
  groups: readonly string[],
  { commonName = user, subject: { organizations = groups } = {} }: Said,
): ProfileProblems {
  const same = (a: readonly string[], b: readonly string[]) =>
    JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
  return [
    ...(commonName === user
      ? []
      : [
          {
            path: ['commonName'],
            text: `${got([], commonName)}; with kubernetes-client the common name is the user: say it in profile.user`,
          },
        ]),
    ...(same(organizations, groups)
      ? []
      : [
          {
            path: ['subject', 'organizations'],
            text: `${got([], organizations)}; with kubernetes-client the organizations are the user's groups: say them in profile.groups, and the same here or nothing`,
          },
        ]),
  ];
}

/** The signer of Kubernetes has a rule of its own against it; another CA may be trusted as well. */
function masters(signer: string, groups: readonly string[]): ProfileProblems {
  const at = groups.indexOf('system:masters');
  return at < 0 || signer === KUBE_APISERVER_CLIENT
    ? []
    : [
        {
          path: ['profile', 'groups', at],
          text: 'got "system:masters"; that group may do everything, whatever RBAC says: bind a group of your own to the role cluster-admin',
        },
      ];
}
