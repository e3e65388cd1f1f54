import { checkIssuanceJob } from '../../../lib/cluster/checks/issuance-job';
import type { Commands } from '../../../lib/cluster/checks/verdict';
import type { Approval } from '../../../lib/model/delivery-spec';
import { spec } from '../../constructs/kes';
import { StandIn } from '../stand-in';

const COMMANDS: Commands = {
  releaf: (command) => `releaf ${command}`,
  kubectl: (command) => `kubectl ${command}`,
  file: (path) => path,
};
const JOB = { namespace: 'default', name: 'kes-2-3de46492-0a1b2c' };
const SHOWN = 'Job default/kes-2-3de46492-0a1b2c';

async function judged(status: unknown, approve: Approval = 'automatic') {
  const api = new StandIn();
  if (status !== undefined) {
    api.put(`/apis/batch/v1/namespaces/default/jobs/${JOB.name}`, { status });
  }
  const delivery = { ...spec.delivery, request: 'job', approve } as const;
  const [found] = await checkIssuanceJob(api, { name: 'kes', delivery }, JOB, COMMANDS);
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
    [`kubectl logs -n default job/${JOB.name}`],
  ],
  [
    'has failed',
    condition('Failed', { reason: 'PodFailurePolicy', message: 'exit code 3' }),
    `failure ${SHOWN} failed (PodFailurePolicy: exit code 3)`,
    [
      'why, in its own words:',
      `kubectl logs -n default job/${JOB.name}`,
      'once that is settled, it must go, for it does not run again:',
      `kubectl delete job -n default ${JOB.name}`,
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
  expect(await judged(status)).toEqual({ says, next });
});

it('leaves the approval to a person where the config says so', async () => {
  expect((await judged(condition('Complete'), 'manual')).says).toBe(
    `ok ${SHOWN} has ended: it created the request, which a person approves`,
  );
});
