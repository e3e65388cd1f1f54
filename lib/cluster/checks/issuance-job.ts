import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import type { KubernetesApi, ResourceAddress } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';
import { applyOutput, type Commands, type Verdict } from './verdict';

/** The Job that gets a pending request issued. */
export interface IssuanceJobName {
  readonly namespace: string;
  readonly name: string;
}

/** The Job of a pending request: there, and how far. Its pod says why it failed. */
export async function checkIssuanceJob(
  api: KubernetesApi,
  spec: Pick<CertificateSpec, 'name' | 'delivery'>,
  { namespace, name }: IssuanceJobName,
  commands: Commands,
): Promise<readonly Finding[]> {
  const at: ResourceAddress = { group: 'batch', version: 'v1', resource: 'jobs', namespace, name };
  const live = await api.get<{ readonly status?: unknown }>(at);
  const verdict = live
    ? judge(mappingOf(live.status), spec, { namespace, name }, commands)
    : {
        level: 'warning' as const,
        message: `Job ${namespace}/${name} is not in the cluster`,
        next: applyOutput(spec.name),
      };
  return [{ check: 'job', certificate: spec.name, ...verdict }];
}

function judge(
  status: Readonly<Record<string, unknown>>,
  { name: certificate, delivery }: Pick<CertificateSpec, 'name' | 'delivery'>,
  { namespace, name }: IssuanceJobName,
  { releaf, kubectl }: Commands,
): Verdict {
  const job = `Job ${namespace}/${name}`;
  const log = kubectl(`logs -n ${namespace} job/${name}`);
  const condition = (type: string) =>
    mappingsOf(status['conditions']).find(
      (one) => one['type'] === type && one['status'] === 'True',
    );
  const failed = condition('Failed');
  if (failed) {
    const said = [failed['reason'], failed['message']].map(textOf).filter(Boolean).join(': ');
    return {
      level: 'failure',
      message: `${job} failed${said === '' ? '' : ` (${said})`}`,
      next: [
        'why, in its own words:',
        log,
        'once that is settled, it must go, for it does not run again:',
        kubectl(`delete job -n ${namespace} ${name}`),
        ...applyOutput(certificate),
      ],
    };
  }
  if (condition('Complete')) {
    return delivery.approve === 'automatic'
      ? {
          level: 'ok',
          message: `${job} has ended, and keeps the certificate`,
          next: [releaf(`fetch ${certificate}`)],
        }
      : {
          level: 'ok',
          message: `${job} has ended: it created the request, which a person approves`,
        };
  }
  const tries = typeof status['failed'] === 'number' ? status['failed'] : 0;
  return tries > 0
    ? { level: 'warning', message: `${job} failed ${tries} times, and tries again`, next: [log] }
    : { level: 'ok', message: `${job} is under way` };
}
