import { CERTIFICATE_ITEM } from '../../delivery/issuance-names';
import { outputFile } from '../../delivery/output-file';
import type { CertificateSpec } from '../../model/certificate-spec';
import { approvalOf } from '../../model/delivery-spec';
import { ReleafError } from '../../model/errors';
import type { Finding } from '../../model/finding';
import type { Revision } from '../../model/revision';
import { readIssuedChain } from '../../rotation/issued-chain';
import { keptCertificateAddress, readKeptCertificate } from '../kept-certificate';
import type { KubernetesApi } from '../kubernetes-api';
import { inBrackets, jobInWords, readJob, type JobName } from './live-job';
import { applyOutput, type Commands, type Verdict } from './verdict';

type Delivered = Pick<CertificateSpec, 'name' | 'secret' | 'delivery'>;

/**
 * The Job that gets a pending request issued: there, and how far. Its pod says why it failed; whether it kept
 * a certificate for that request is looked at.
 */
export async function checkIssuanceJob(
  api: KubernetesApi,
  spec: Delivered,
  pending: Revision,
  name: JobName,
  commands: Commands,
): Promise<readonly Finding[]> {
  const verdict = await judge(api, spec, pending, name, commands);
  return [{ check: 'job', certificate: spec.name, ...verdict }];
}

async function judge(
  api: KubernetesApi,
  spec: Delivered,
  pending: Revision,
  name: JobName,
  commands: Commands,
): Promise<Verdict> {
  const { kubectl } = commands;
  const job = jobInWords(name);
  const log = kubectl(`logs -n ${name.namespace} job/${name.name}`);
  const apply = applyOutput(outputFile(spec, { stage: 'request', part: 'job' }));
  const live = await readJob(api, name);
  switch (live.state) {
    case 'missing':
      return { level: 'warning', message: `${job} is not in the cluster`, next: apply };
    case 'failed':
      return {
        level: 'failure',
        message: `${job} failed${inBrackets(live.said)}`,
        next: [
          'why, in its own words:',
          log,
          'once that is settled, it must go, for it does not run again:',
          kubectl(`delete job -n ${name.namespace} ${name.name}`),
          ...apply,
        ],
      };
    case 'complete':
      return approvalOf(spec.delivery, pending.record.signer) === 'automatic'
        ? judgeKept(api, spec.name, pending, name, commands, apply)
        : {
            level: 'ok',
            message: `${job} has ended: it created the request, which a person approves`,
          };
    case 'running': {
      const { failedPods } = live;
      return failedPods > 0
        ? {
            level: 'warning',
            message: `${job} failed ${failedPods} times, and tries again`,
            next: [log],
          }
        : { level: 'ok', message: `${job} is under way` };
    }
  }
}

/** Whether what the Job has kept is a certificate for its request: others may write there too. */
async function judgeKept(
  api: KubernetesApi,
  certificate: string,
  pending: Revision,
  name: JobName,
  { releaf, kubectl }: Commands,
  apply: readonly string[],
): Promise<Verdict> {
  const { namespace = '', name: configMap } = keptCertificateAddress(pending);
  const where = `${CERTIFICATE_ITEM} of ConfigMap ${namespace}/${configMap}`;
  const problem = problemOf(await readKeptCertificate(api, pending), pending, where);
  if (problem === undefined) {
    return {
      level: 'ok',
      message: `${jobInWords(name)} has ended, and keeps the certificate`,
      next: [releaf(`fetch ${certificate}`)],
    };
  }
  return {
    level: 'failure',
    message: `${jobInWords(name)} has ended, but ${problem}`,
    next: [
      'find out who else writes to that ConfigMap; then both must go, so that the Job runs again:',
      kubectl(`delete -n ${namespace} configmap/${configMap} job/${name.name}`),
      ...apply,
    ],
  };
}

/** Why a text is no certificate for the request of a revision. */
function problemOf(
  pem: string | undefined,
  { record }: Revision,
  where: string,
): string | undefined {
  if (pem === undefined) return `${where} is not there, or empty`;
  try {
    readIssuedChain(pem, record, where);
    return undefined;
  } catch (error) {
    if (error instanceof ReleafError) return error.message;
    throw error;
  }
}
