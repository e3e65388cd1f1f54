import { GATE_PARTS, outputFile } from '../../delivery/output-file';
import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { inBrackets, jobInWords, readJob, type JobName } from './live-job';
import { applyOutput, type Commands, type Verdict } from './verdict';

/**
 * The Job that waits until the Secret holds the current certificate. Nothing runs it again once it has failed, and
 * every sync stops at it, also that of the request for the next certificate.
 */
export async function checkSecretGate(
  api: KubernetesApi,
  spec: Pick<CertificateSpec, 'name' | 'signer' | 'secret' | 'delivery'>,
  name: JobName,
  commands: Commands,
): Promise<readonly Finding[]> {
  const verdict = await judge(api, spec, name, commands);
  return [{ check: 'gate', certificate: spec.name, ...verdict }];
}

async function judge(
  api: KubernetesApi,
  spec: Pick<CertificateSpec, 'name' | 'signer' | 'secret' | 'delivery'>,
  name: JobName,
  { releaf, kubectl }: Commands,
): Promise<Verdict> {
  const job = jobInWords(name);
  const [, gate] = GATE_PARTS;
  const live = await readJob(api, name);
  switch (live.state) {
    case 'missing':
      return {
        level: 'warning',
        message: `${job} is not in the cluster`,
        next: applyOutput(outputFile(spec, gate)),
      };
    case 'failed':
      return {
        level: 'failure',
        message: `${job} failed${inBrackets(live.said)}: a sync gets no further than this Job, and nothing runs it again`,
        next: [
          `see that the SealedSecret was opened, and that the image can be pulled: ${spec.delivery.image}`,
          'then it must go, and a sync makes it anew:',
          kubectl(`delete job -n ${name.namespace} ${name.name}`),
          ...(spec.signer !== 'local'
            ? [
                'the request of a renewal waits behind it; to renew without Argo CD:',
                releaf(`renew ${spec.name} --now`),
              ]
            : []),
        ],
      };
    case 'complete':
      return { level: 'ok', message: `${job} has ended: the Secret held the certificate` };
    case 'running':
      return live.failedPods > 0
        ? {
            level: 'warning',
            message: `${job} has found another certificate in the Secret, or could not run, ${live.failedPods} times, and tries again`,
            next: [kubectl(`logs -n ${name.namespace} job/${name.name}`)],
          }
        : {
            level: 'ok',
            message: `${job} is under way: it waits until the Secret holds the certificate`,
          };
  }
}
