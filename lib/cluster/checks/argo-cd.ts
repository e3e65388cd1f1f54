import { outputFile } from '../../delivery/output-file';
import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import { readYamlValue } from '../../yaml/read-yaml';
import type { KubernetesApi } from '../kubernetes-api';
import { mappingOf, mappingsOf } from '../live-values';
import { serves } from './discovery';
import type { Commands } from './verdict';

/**
 * Whether Argo CD is in this cluster, and applies CertificateSigningRequests.
 *
 * @param namespace - of Argo CD
 * @param certificate - one whose request would stand in `dist/`; undefined when there is none
 * @param byJob - whether a Job creates requests
 */
export async function checkArgoCd(
  api: KubernetesApi,
  namespace: string,
  certificate: Pick<CertificateSpec, 'name' | 'secret' | 'delivery'> | undefined,
  { releaf, kubectl, file }: Commands,
  byJob = false,
): Promise<readonly Finding[]> {
  const check = 'argo cd';
  // The group alone tells little: Argo Workflows and Argo Rollouts are in it too.
  if (!(await serves(api, 'argoproj.io/v1alpha1', 'applications'))) {
    return [{ level: 'ok', check, message: 'is not in this cluster' }];
  }
  if (certificate === undefined) {
    return [{ level: 'ok', check, message: 'is here; no certificate needs a request there' }];
  }
  if (byJob) {
    const message = 'is here; a Job creates requests, whether Argo CD applies them or not';
    return [{ level: 'ok', check, message }];
  }
  const settings = await api.get<{ readonly data?: unknown }>({
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace,
    name: 'argocd-cm',
  });
  if (!settings) {
    return [
      {
        level: 'warning',
        check,
        message: `is here, but there is no ConfigMap ${namespace}/argocd-cm to tell whether it applies requests`,
        next: ['say where it is: --argocd-namespace NAMESPACE'],
      },
    ];
  }
  const found = leavesOut(settings.data, ['https://kubernetes.default.svc', api.server]);
  if (!found) {
    return [{ level: 'ok', check, message: 'is here, and applies CertificateSigningRequests' }];
  }
  const { by, isCertain } = found;
  const where = `${by} in ConfigMap ${namespace}/argocd-cm`;
  return [
    {
      level: 'warning',
      check,
      message: isCertain
        ? `leaves CertificateSigningRequests out (${where}), so those of dist/ never arrive, although the Application looks in sync`
        : `may leave CertificateSigningRequests out: cannot tell, since ${where} has patterns with [, { or \\`,
      next: [
        ...(isCertain ? [] : ['if requests do not arrive:']),
        'create the request without Argo CD:',
        releaf(`renew ${certificate.name} --now`),
        'or apply it by hand:',
        kubectl(`apply -f ${file(`dist/${outputFile(certificate, REQUEST)}`)}`),
        'or let a Job create it: request: job, below delivery of the config, and releaf synth',
        `or let an admin of Argo CD take certificates.k8s.io CertificateSigningRequest out of ${by}`,
      ],
    },
  ];
}

const REQUEST = { stage: 'request', part: 'request' } as const;

/** Yes, no, or (undefined) more than releaf can tell. */
type Answer = boolean | undefined;

const anyOf = (answers: readonly Answer[]): Answer =>
  answers.includes(true) || (answers.includes(undefined) ? undefined : false);
const allOf = (answers: readonly Answer[]): Answer =>
  !answers.includes(false) && (answers.includes(undefined) ? undefined : true);

/** A setting that makes Argo CD leave requests out, or may. */
export interface LeftOut {
  readonly by: 'resource.exclusions' | 'resource.inclusions';
  readonly isCertain: boolean;
}

/**
 * Which setting makes Argo CD leave CertificateSigningRequests out.
 *
 * @param data - of ConfigMap `argocd-cm`
 * @param clusters - URLs by which Argo CD may know this cluster
 * @returns undefined when none does
 * @see https://github.com/argoproj/argo-cd/blob/v3.1.0/util/settings/resources_filter.go IsExcludedResource
 */
export function leavesOut(data: unknown, clusters: readonly string[]): LeftOut | undefined {
  const filters = (key: LeftOut['by']) => filtersOf(mappingOf(data)[key]);
  const inclusions = filters('resource.inclusions');
  const isIncluded = anyOf(inclusions.map((one) => matches(one, clusters)));
  const isRestricted = anyOf(inclusions.map((one) => matchesAny(one['clusters'], clusters)));
  const answers: readonly (readonly [LeftOut['by'], Answer])[] = [
    [
      'resource.exclusions',
      anyOf(filters('resource.exclusions').map((one) => matches(one, clusters))),
    ],
    [
      'resource.inclusions',
      allOf([isRestricted, isIncluded === undefined ? undefined : !isIncluded]),
    ],
  ];
  const [by] = answers.find(([, answer]) => answer === true) ?? [];
  if (by) return { by, isCertain: true };
  const [perhaps] = answers.find(([, answer]) => answer === undefined) ?? [];
  return perhaps && { by: perhaps, isCertain: false };
}

type Filter = Readonly<Record<string, unknown>>;

/** None where it is no list: Argo CD itself does not start then. */
function filtersOf(text: unknown): readonly Filter[] {
  const reading = readYamlValue(typeof text === 'string' ? text : '');
  return 'value' in reading ? mappingsOf(reading.value) : [];
}

const matches = ({ apiGroups, kinds, clusters }: Filter, own: readonly string[]): Answer =>
  allOf([
    matchesAny(apiGroups, ['certificates.k8s.io']),
    matchesAny(kinds, ['CertificateSigningRequest']),
    matchesAny(clusters, own),
  ]);

/** An empty list matches everything. */
function matchesAny(globs: unknown, texts: readonly string[]): Answer {
  if (!Array.isArray(globs) || globs.length === 0) return true;
  return anyOf(
    (globs as readonly unknown[]).flatMap((glob) =>
      typeof glob === 'string' ? texts.map((text) => globMatches(glob, text)) : [],
    ),
  );
}

/**
 * `*` is any text, `?` any character; alternatives, classes and escapes are not looked into.
 *
 * @see https://github.com/gobwas/glob/blob/v0.2.3/readme.md
 */
function globMatches(glob: string, text: string): Answer {
  if (/[[\]{}\\]/.test(glob)) return undefined;
  let at = 0;
  let star: { readonly glob: number; text: number } | undefined;
  for (let index = 0; index < text.length;) {
    const one = glob[at];
    if (one === '*') {
      star = { glob: at, text: index };
      at += 1;
    } else if (one === '?' || one === text[index]) {
      at += 1;
      index += 1;
    } else if (star) {
      // Only the last star can take more; the ones before it have what they need.
      star.text += 1;
      index = star.text;
      at = star.glob + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(glob.slice(at));
}
