import { checkIssuanceJob } from '../../../lib/cluster/checks/issuance-job';
import type { Commands } from '../../../lib/cluster/checks/verdict';
import type { Approval } from '../../../lib/model/delivery-spec';
import { certificatePem, issued, spec } from '../../constructs/kes';
import { StandIn } from '../stand-in';

const COMMANDS: Commands = {
  releaf: (command) => `releaf ${command}`,
  kubectl: (command) => `kubectl ${command}`,
  file: (path) => path,
};
const JOB = { namespace: 'minio', name: 'kes-2-3de46492-0a1b2c' };
const SHOWN = `Job minio/${JOB.name}`;
const { certificate, ...PENDING } = issued(1);
const KEPT = `${PENDING.record.objectName}-certificate`;

interface Judged {
  readonly approve?: Approval;
  /** What the Job has kept; undefined for no ConfigMap. */
  readonly kept?: string | undefined;
}

async function judged(status: unknown, { approve = 'automatic', kept }: Judged = {}) {
  const api = new StandIn();
  if (status !== undefined) {
    api.put(`/apis/batch/v1/namespaces/minio/jobs/${JOB.name}`, { status });
  }
  if (kept !== undefined) {
    api.put(`/api/v1/namespaces/minio/configmaps/${KEPT}`, { data: { 'certificate.pem': kept } });
  }
  const delivery = { ...spec.delivery, request: 'job', approve } as const;
  const [found] = await checkIssuanceJob(api, { ...spec, delivery }, PENDING, JOB, COMMANDS);
  return { says: `${found!.level} ${found!.message}`, next: found!.next };
}

const condition = (type: string, more = {}) => ({
  conditions: [{ type, status: 'True', ...more }],
});

it.each<[string, unknown, string, readonly string[] | undefined]>([
  [
    'is not there',
    undefined,
    `warning ${SHOWN} is not in the cluster`,
    ['apply dist/kes.k8s.yaml, or see why GitOps has not'],
  ],
  ['has just begun', {}, `ok ${SHOWN} is under way`, undefined],
  ['is of no known shape', { conditions: 7, failed: 'x' }, `ok ${SHOWN} is under way`, undefined],
  [
    'has failed and tries again',
    { failed: 2, conditions: [{ type: 'Failed', status: 'False' }] },
    `warning ${SHOWN} failed 2 times, and tries again`,
    [`kubectl logs -n minio job/${JOB.name}`],
  ],
  [
    'has failed',
    condition('Failed', { reason: 'PodFailurePolicy', message: 'exit code 3' }),
    `failure ${SHOWN} failed (PodFailurePolicy: exit code 3)`,
    [
      'why, in its own words:',
      `kubectl logs -n minio job/${JOB.name}`,
      'once that is settled, it must go, for it does not run again:',
      `kubectl delete job -n minio ${JOB.name}`,
      'apply dist/kes.k8s.yaml, or see why GitOps has not',
    ],
  ],
  [
    'is done',
    condition('Complete'),
    `ok ${SHOWN} has ended, and keeps the certificate`,
    ['releaf fetch kes'],
  ],
])('judges a Job that %s', async (_, status, says, next) => {
  expect(await judged(status, { kept: certificate })).toEqual({ says, next });
});

it('leaves the approval to a person where the config says so', async () => {
  expect((await judged(condition('Complete'), { approve: 'manual' })).says).toBe(
    `ok ${SHOWN} has ended: it created the request, which a person approves`,
  );
});

const WHERE = `certificate.pem of ConfigMap minio/${KEPT}`;

it.each<[string, string | undefined, string]>([
  ['no ConfigMap', undefined, `${WHERE} is not there, or empty`],
  ['an empty one', '\n', `${WHERE} is not there, or empty`],
  ['what is no certificate', 'hello', WHERE],
  ['a certificate for another key', certificatePem(2), WHERE],
])('does not take a Job that has ended at its word: %s', async (_, kept, problem) => {
  const { says, next } = await judged(condition('Complete'), { kept });
  expect(says).toContain(`failure ${SHOWN} has ended, but ${problem}`);
  expect(next).toEqual([
    'find out who else writes to that ConfigMap; then both must go, so that the Job runs again:',
    `kubectl delete -n minio configmap/${KEPT} job/${JOB.name}`,
    'apply dist/kes.k8s.yaml, or see why GitOps has not',
  ]);
});
