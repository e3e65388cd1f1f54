import { checkSecretGate } from '../../../lib/cluster/checks/secret-gate';
import type { Commands } from '../../../lib/cluster/checks/verdict';
import { spec } from '../../constructs/kes';
import { StandIn } from '../stand-in';

const COMMANDS: Commands = {
  releaf: (command) => `releaf ${command}`,
  kubectl: (command) => `kubectl ${command}`,
  file: (path) => path,
};
const JOB = { namespace: 'minio', name: 'kes-1-3de46492-gate-0a1b2c' };
const SHOWN = `Job minio/${JOB.name}`;

async function judged(status: unknown, signer = spec.signer) {
  const api = new StandIn();
  if (status !== undefined) {
    api.put(`/apis/batch/v1/namespaces/minio/jobs/${JOB.name}`, { status });
  }
  const delivery = { ...spec.delivery, engine: 'argo-cd', layout: 'object' } as const;
  const [found] = await checkSecretGate(api, { ...spec, signer, delivery }, JOB, COMMANDS);
  return { says: `${found!.level} ${found!.message}`, next: found!.next };
}

const FAILED = {
  conditions: [
    {
      type: 'Failed',
      status: 'True',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    },
  ],
};
const OUT = [
  'see that the SealedSecret was opened, and that the image can be pulled: registry.example.com/kubectl:1.36.3',
  'then it must go, and a sync makes it anew:',
  `kubectl delete job -n minio ${JOB.name}`,
];

it.each<[string, unknown, string, readonly string[] | undefined]>([
  [
    'is not there',
    undefined,
    `warning ${SHOWN} is not in the cluster`,
    ['apply dist/kes.gate.k8s.yaml, or see why GitOps has not'],
  ],
  [
    'waits',
    { active: 1 },
    `ok ${SHOWN} is under way: it waits until the Secret holds the certificate`,
    undefined,
  ],
  [
    'tries again',
    { failed: 2 },
    `warning ${SHOWN} has found another certificate in the Secret, or could not run, 2 times, and tries again`,
    [`kubectl logs -n minio job/${JOB.name}`],
  ],
  [
    'has failed',
    FAILED,
    `failure ${SHOWN} failed (DeadlineExceeded: Job was active longer than specified deadline): a sync gets no further than this Job, and nothing runs it again`,
    [
      ...OUT,
      'the request of a renewal waits behind it; to renew without Argo CD:',
      'releaf renew kes --now',
    ],
  ],
  [
    'has ended',
    { conditions: [{ type: 'Complete', status: 'True' }] },
    `ok ${SHOWN} has ended: the Secret held the certificate`,
    undefined,
  ],
])('judges a gate that %s', async (_, status, says, next) => {
  expect(await judged(status)).toEqual({ says, next });
});

it('does not offer renew --now where nobody in the cluster signs', async () => {
  expect((await judged(FAILED, 'local')).next).toEqual(OUT);
});
