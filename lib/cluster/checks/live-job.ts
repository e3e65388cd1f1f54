import type { KubernetesApi } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';

/** A Job of a certificate's, as synth names it. */
export interface JobName {
  readonly namespace: string;
  readonly name: string;
}

/** How far a Job is. */
export type JobState =
  | { readonly state: 'missing' | 'complete' }
  | { readonly state: 'running'; readonly failedPods: number }
  /** `said` is reason and message of the condition; empty where there are none. */
  | { readonly state: 'failed'; readonly said: string };

/** @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus */
export async function readJob(api: KubernetesApi, { namespace, name }: JobName): Promise<JobState> {
  const live = await api.get<{ readonly status?: unknown }>({
    group: 'batch',
    version: 'v1',
    resource: 'jobs',
    namespace,
    name,
  });
  if (!live) return { state: 'missing' };
  const { conditions, failed: failedPods } = mappingOf(live.status);
  const condition = (type: string) =>
    mappingsOf(conditions).find((one) => one['type'] === type && one['status'] === 'True');
  const failed = condition('Failed');
  if (failed) {
    const said = [failed['reason'], failed['message']].map(textOf).filter(Boolean).join(': ');
    return { state: 'failed', said };
  }
  if (condition('Complete')) return { state: 'complete' };
  return { state: 'running', failedPods: typeof failedPods === 'number' ? failedPods : 0 };
}

/** In words: `Job default/kes-2-3de46492-0a1b2c`. */
export const jobInWords = ({ namespace, name }: JobName): string => `Job ${namespace}/${name}`;

/** What a failed Job's condition says, behind `failed`. */
export const inBrackets = (said: string): string => (said === '' ? '' : ` (${said})`);
