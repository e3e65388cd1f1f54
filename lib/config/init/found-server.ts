import { at, listAt, textAt } from './read-value';

/** What serves TLS with a Secret, as a manifest says. */
export interface FoundServer {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  /** @default - the file does not say it */
  readonly namespace?: string;
  readonly secretName: string;
  /** Names by which clients reach it. */
  readonly dnsNames: readonly string[];
  /** Whether its pods read the Secret, and so must restart. */
  readonly restarts: boolean;
}

/** A manifest and the file that it stands in. */
export interface FoundObject {
  readonly file: string;
  readonly object: unknown;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Names that people give to Secrets of a certificate and its key. */
const TLS = /(?:^|[-.])(?:tls|certs?|certificates?|https)(?:[-.]|$)/;

/** The namespace of an object, also where another file says it. */
type NamespaceOf = (found: FoundObject) => string | undefined;

/**
 * Workloads that mount a Secret of a certificate, and Ingresses. Left out is what cert-manager keeps valid.
 */
export function serversIn(
  objects: readonly FoundObject[],
  namespaceOf: NamespaceOf,
): readonly FoundServer[] {
  const kept = new Set(
    objects.flatMap(({ object }) =>
      textAt(object, 'kind') === 'Certificate' &&
      textAt(object, 'apiVersion')?.startsWith('cert-manager.io/')
        ? [textAt(object, 'spec', 'secretName')]
        : [],
    ),
  );
  const services = objects.filter(({ object }) => textAt(object, 'kind') === 'Service');
  return objects
    .flatMap((found) => [...workload(found, services, namespaceOf), ...ingress(found, namespaceOf)])
    .filter(({ secretName }) => !kept.has(secretName));
}

function workload(
  found: FoundObject,
  services: readonly FoundObject[],
  namespaceOf: NamespaceOf,
): readonly FoundServer[] {
  const { file, object } = found;
  const kind = textAt(object, 'kind') ?? '';
  const name = textAt(object, 'metadata', 'name');
  if (!WORKLOADS.includes(kind) || name === undefined) return [];
  const secretName = listAt(object, 'spec', 'template', 'spec', 'volumes')
    .map((volume) => textAt(volume, 'secret', 'secretName'))
    .find((one) => one !== undefined && TLS.test(one));
  if (secretName === undefined) return [];
  const namespace = namespaceOf(found);
  const labels = at(object, 'spec', 'template', 'metadata', 'labels');
  const dnsNames = services
    .filter(
      (service) =>
        namespaceOf(service) === namespace &&
        selects(at(service.object, 'spec', 'selector'), labels),
    )
    .flatMap(({ object: service }) => namesOf(service, namespace));
  return [
    {
      file,
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      secretName,
      // Overlays say the same Service again.
      dnsNames: [...new Set(dnsNames)],
      restarts: true,
    },
  ];
}

function selects(selector: unknown, labels: unknown): boolean {
  if (typeof selector !== 'object' || selector === null) return false;
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => at(labels, key) === value);
}

/** Pods of a headless Service have names of their own. */
function namesOf(service: unknown, namespace = 'default'): readonly string[] {
  const name = textAt(service, 'metadata', 'name');
  if (name === undefined) return [];
  const names = serviceNames(name, namespace);
  return textAt(service, 'spec', 'clusterIP') === 'None'
    ? [...names, `*.${name}.${namespace}.svc.cluster.local`]
    : names;
}

/** The names by which a Service is reached in its cluster. */
export const serviceNames = (name: string, namespace: string): readonly string[] => [
  `${name}.${namespace}.svc`,
  `${name}.${namespace}.svc.cluster.local`,
];

function ingress(found: FoundObject, namespaceOf: NamespaceOf): readonly FoundServer[] {
  const { file, object } = found;
  const name = textAt(object, 'metadata', 'name');
  if (textAt(object, 'kind') !== 'Ingress' || name === undefined) return [];
  const annotations = at(object, 'metadata', 'annotations');
  if (
    typeof annotations === 'object' &&
    annotations !== null &&
    Object.keys(annotations).some((key) => key.startsWith('cert-manager.io/'))
  ) {
    return [];
  }
  const namespace = namespaceOf(found);
  return listAt(object, 'spec', 'tls').flatMap((tls) => {
    const secretName = textAt(tls, 'secretName');
    const hosts = listAt(tls, 'hosts').filter((host) => typeof host === 'string');
    const dnsNames = [...new Set(hosts)];
    return secretName === undefined || dnsNames.length === 0
      ? []
      : [
          {
            file,
            kind: 'Ingress',
            name,
            ...(namespace !== undefined && { namespace }),
            secretName,
            dnsNames,
            restarts: false,
          },
        ];
  });
}
