import type { Finding } from '../../model/finding';
import { currentRevision, type Certificate } from '../../model/revision';
import type { KubernetesApi, ResourceAddress } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';
import { addressOf } from './discovery';
import { fragmentsOf } from './fragment';

const APPLICATIONS = { group: 'argoproj.io', version: 'v1alpha1', resource: 'applications' };

/**
 * Whether the Applications that hold a certificate's fragments apply them as fragments: neither by replacing
 * the whole object, nor by taking over the fields that client-side apply has made. Both are read from the
 * Application alone.
 *
 * @param namespace - of Argo CD
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#client-side-apply-migration
 */
export async function checkApplications(
  api: KubernetesApi,
  namespace: string,
  certificate: Certificate,
): Promise<readonly Finding[]> {
  const about = { check: 'argo cd', certificate: certificate.spec.name };
  const applications = await applicationsOf(api, namespace, certificate);
  if (applications.length === 0) {
    const message = `no Application in namespace ${namespace} holds its restart fragments yet`;
    const next = ['say where they are: --argocd-namespace NAMESPACE'];
    return [{ level: 'warning', ...about, message, next }];
  }
  return applications.map((application): Finding => {
    const name = textOf(mappingOf(application['metadata'])['name']) ?? '?';
    const { syncPolicy } = mappingOf(application['spec']);
    const { syncOptions } = mappingOf(syncPolicy);
    const says = (option: string): boolean =>
      Array.isArray(syncOptions) && syncOptions.includes(option);
    if (says('Replace=true')) {
      return {
        level: 'failure',
        ...about,
        message: `Application ${name} has Replace=true, which would put the restart fragment in place of the whole object`,
        next: ['take Replace=true out of spec.syncPolicy.syncOptions'],
      };
    }
    if (says('ClientSideApplyMigration=false')) {
      return {
        level: 'ok',
        ...about,
        message: `Application ${name} applies restart fragments alone`,
      };
    }
    return {
      level: 'warning',
      ...about,
      message: `Application ${name} does not say ClientSideApplyMigration=false, so it may take the fields of the object over before the restart fragment is applied`,
      next: ['add it to the Application:', ...SYNC_OPTIONS],
    };
  });
}

const SYNC_OPTIONS = [
  'spec:',
  '  syncPolicy:',
  '    syncOptions: [ClientSideApplyMigration=false]',
];

type Application = Readonly<Record<string, unknown>>;

/** Those that track the objects; all, where none says so. */
async function applicationsOf(
  api: KubernetesApi,
  namespace: string,
  certificate: Certificate,
): Promise<readonly Application[]> {
  const names = new Set<string>();
  for (const address of await trackedObjects(api, certificate)) {
    const live = await api.get<{ readonly metadata?: unknown }>(address);
    const name = applicationName(live?.metadata);
    if (name !== undefined) names.add(name);
  }
  const tracking: Application[] = [];
  for (const name of names) {
    const found = await api.get({ ...APPLICATIONS, namespace, name });
    if (found) tracking.push(found as Application);
  }
  if (tracking.length > 0) return tracking;
  const all = await api.get<{ readonly items?: unknown }>({ ...APPLICATIONS, namespace });
  return mappingsOf(all?.items);
}

/** The objects of `dist/` that are in the cluster whether or not a fragment is. */
async function trackedObjects(
  api: KubernetesApi,
  { spec, revisions }: Certificate,
): Promise<readonly ResourceAddress[]> {
  const targets = await Promise.all(fragmentsOf(spec).map((object) => addressOf(api, object)));
  const sealed = currentRevision(revisions)?.sealedKey;
  return [
    ...(sealed?.sealing === 'sealed-secrets'
      ? [
          {
            group: 'bitnami.com',
            version: 'v1alpha1',
            resource: 'sealedsecrets',
            namespace: sealed.namespace,
            name: sealed.name,
          },
        ]
      : []),
    ...targets.filter((one) => one !== undefined),
  ];
}

/**
 * Name of the Application that tracks an object.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
function applicationName(metadata: unknown): string | undefined {
  const { annotations, labels } = mappingOf(metadata);
  const id = mappingOf(annotations)['argocd.argoproj.io/tracking-id'];
  const name =
    typeof id === 'string' ? id.split(':')[0] : mappingOf(labels)['app.kubernetes.io/instance'];
  return typeof name === 'string' && /^[a-z0-9][-a-z0-9.]*$/.test(name) ? name : undefined;
}
