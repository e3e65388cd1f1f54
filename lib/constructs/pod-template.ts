import type { ApiObject } from 'cdk8s';
import { ReleafError } from '../model/errors';

interface PodTemplate {
  readonly metadata?: { readonly annotations?: unknown };
}

interface PodTemplateOwner {
  readonly spec?: {
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplate } };
  };
}

/**
 * Where an object's pod template is, as a JSON Pointer (RFC 6901), and its metadata.
 *
 * @throws ReleafError `RESTART_WORKLOAD` when it has none
 */
export function podTemplateOf(workload: ApiObject): PodTemplate & { readonly path: string } {
  const { spec } = workload.toJson() as PodTemplateOwner;
  if (spec?.template) return { ...spec.template, path: '/spec/template' };
  const ofJobs = spec?.jobTemplate?.spec?.template;
  if (ofJobs) return { ...ofJobs, path: '/spec/jobTemplate/spec/template' };
  throw new ReleafError(
    'RESTART_WORKLOAD',
    `${workload.kind} ${workload.name} has no spec.template, so no pods that could restart`,
    'give restarts() a Deployment, StatefulSet or DaemonSet',
  );
}
