import type { Engine } from '../../model/delivery-spec';
import type { TextShape } from '../text-shape';
import { CERTIFICATE_NAME, NAMESPACE, SECRET_NAME, SERVICE, TENANT } from '../kubernetes-names';
import { DNS_NAME } from '../certificate-names';
import { RELATIVE_FILE } from '../file-paths';
import { PROFILES, type Ci, type Sealing } from './choices';
import type { FoundKes } from './found-kes';
import type { FoundServer } from './found-server';
import type { Findings } from './findings';

/** Who serves TLS with the first certificate. */
export type Server =
  | {
      readonly profile: 'generic';
      /** Of its Service, and of the certificate. */
      readonly name: string;
      readonly namespace: string;
      readonly found?: FoundServer;
    }
  | {
      readonly profile: 'minio-kes';
      /** Of the Tenant. */
      readonly name: string;
      readonly namespace: string;
      readonly found?: FoundKes;
    };

/** Everything that `releaf init` asks. */
export interface Answers {
  readonly server: Server;
  readonly delivery: Engine;
  readonly sealing: Sealing;
  /** Kubernetes signer name, or `local`. */
  readonly signer: string;
  readonly ci: Ci;
}

/** An answer and why. */
export interface Reasoned<Value> {
  readonly value: Value;
  readonly why: string;
}

export type ReasonedAnswers = { readonly [Key in keyof Answers]: Reasoned<Answers[Key]> };

const NAMES = { generic: 'web', 'minio-kes': 'minio' };
/** Where nothing says a namespace. */
export const NAMESPACE_UNSAID = 'default';

/**
 * What may be meant by what serves TLS: everything that was found and can be written down, what needs least
 * thought first; then, with names to be edited, whatever else.
 */
export function serversToChoose({ kes, servers }: Findings): readonly Server[] {
  return [
    ...kes.flatMap((found): readonly Server[] => {
      const { tenant: name, namespace = NAMESPACE_UNSAID, file } = found;
      return fits([TENANT, name], [NAMESPACE, namespace], [RELATIVE_FILE, file])
        ? [{ profile: 'minio-kes', name, namespace, found }]
        : [];
    }),
    ...servers.flatMap((found): readonly Server[] => {
      const { name, namespace = NAMESPACE_UNSAID, secretName, dnsNames, file } = found;
      const names = dnsNames.map((one) => [DNS_NAME, one] as const);
      return fits(
        [CERTIFICATE_NAME, name],
        [NAMESPACE, namespace],
        [SECRET_NAME, secretName],
        [RELATIVE_FILE, file],
        ...names,
      )
        ? [{ profile: 'generic', name, namespace, found }]
        : [];
    }),
    ...PROFILES.map((profile) => unfound(profile)),
  ];
}

const fits = (...values: readonly (readonly [TextShape, string])[]): boolean =>
  values.every(([shape, value]) => shape.broken(value) === undefined);

const unfound = (
  profile: (typeof PROFILES)[number],
  name = NAMES[profile],
  namespace = NAMESPACE_UNSAID,
): Server => ({ profile, name, namespace });

/**
 * What serves TLS by the flags: the first that was found and goes with them, else one with these names.
 * What was found without a namespace goes with any.
 *
 * @param name - `NAME`, or `NAMESPACE/NAME`
 */
export function serverNamed(
  choices: readonly Server[],
  profile: (typeof PROFILES)[number] | undefined,
  name: string | undefined,
): Server {
  const [own = '', namespace] = (name ?? '').split('/').reverse();
  const meant = choices.filter(
    (one) =>
      (profile === undefined || one.profile === profile) &&
      (name === undefined || (one.found !== undefined && one.name === own)),
  );
  const found =
    meant.find((one) => namespace === undefined || one.namespace === namespace) ??
    meant.find((one) => one.found?.namespace === undefined);
  if (!found) return unfound(profile ?? 'generic', own, namespace);
  return namespace === undefined ? found : inNamespace(found, namespace);
}

/** What nothing but the command line says the namespace of. */
function inNamespace(server: Server, namespace: string): Server {
  if (server.profile === 'minio-kes') {
    return { ...server, namespace, ...(server.found && { found: { ...server.found, namespace } }) };
  }
  const { found } = server;
  if (!found || found.namespace !== undefined) return { ...server, namespace };
  const dnsNames = found.dnsNames.map((name) =>
    name.replace(
      new RegExp(`(?<=\\.)${NAMESPACE_UNSAID}(?=\\.svc(?:\\.cluster\\.local)?$)`),
      namespace,
    ),
  );
  return { ...server, namespace, found: { ...found, namespace, dnsNames } };
}

/**
 * What is wrong with `--name`.
 *
 * @param name - `NAME`, or `NAMESPACE/NAME`
 */
export function nameProblem(
  name: string,
  profile: (typeof PROFILES)[number] | undefined,
): string | undefined {
  const [own = '', namespace = NAMESPACE_UNSAID, ...more] = name.split('/').reverse();
  if (more.length > 0) return 'it is NAME, or NAMESPACE/NAME';
  const shapes = profile === 'minio-kes' ? [TENANT] : [SERVICE, CERTIFICATE_NAME];
  return [...shapes.map((shape) => shape.broken(own)), NAMESPACE.broken(namespace)].find(
    (problem) => problem !== undefined,
  );
}

/** A server in a few words, each other ones. */
export function inWords({ profile, name, namespace, found }: Server): string {
  const what = profile === 'minio-kes' ? 'MinIO KES of Tenant' : (found?.kind ?? 'Service');
  return `${what} ${namespace}/${name}`;
}
