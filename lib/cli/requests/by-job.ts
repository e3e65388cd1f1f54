import { ISSUANCE_JOB_LABELS } from '../../delivery/issuance-names';
import { labelsOf } from '../../delivery/signing-request-object';
import type { CertificateSpec } from '../../model/certificate-spec';
import { isApprovedByJob } from '../../model/delivery-spec';
import { shellWord } from '../../model/shell-word';
import type { Waiting } from '../../rotation/waiting';
import type { Context } from '../context';
import { typed, typedKubectl } from '../typed';

type Requested = Pick<Waiting, 'spec' | 'pending'>;

/** Whether a Job in the cluster creates the request. */
export const isByJob = ({ delivery }: Pick<CertificateSpec, 'delivery'>): boolean =>
  delivery.request === 'job';

/** Whether that Job also approves it. */
export const isByApprovingJob = ({ spec, pending }: Requested): boolean =>
  isApprovedByJob(spec.delivery, pending.record.signer);

/**
 * How long a request is there.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#request-signing-process
 */
export const COLLECTED =
  'kube-controller-manager deletes a request 24 hours after it was made if nobody decides, and an hour after it was issued';

/** A kubectl command about the Jobs that create the requests of a certificate. */
const aboutJobs = (context: Context, verb: string, { spec, pending }: Requested): string => {
  const label = Object.entries({ ...labelsOf(spec.name), ...ISSUANCE_JOB_LABELS })
    .filter(([key]) => key !== 'app.kubernetes.io/managed-by')
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { namespace } = pending.sealedKey;
  return typedKubectl(context, `${verb} jobs -n ${shellWord(namespace)} -l ${shellWord(label)}`);
};

/** What to do when a request is not there that a Job creates. */
export const jobHasNotRun = (context: Context, one: Requested): string => {
  const notYet = `the Job that creates it has not run yet, or failed: ${aboutJobs(context, 'describe', one)}; if it is not there: apply dist/, or see why GitOps has not`;
  // It has ended before anybody approved, and so has kept nothing.
  return isByApprovingJob(one)
    ? notYet
    : `${notYet}; ${COLLECTED}: then ${createAnew(context, one)}`;
};

/** What a Job is there for once its request waits for approval. */
export const jobApproves = (context: Context, one: Requested): string =>
  `its Job approves it; what that says: ${aboutJobs(context, 'describe', one)}; to approve it by hand: ${typed(context, `approve ${one.spec.name}`)}`;

/** How a request is created anew under its name. A Job that has ended does not run again. */
export const createAnew = (context: Context, one: Requested): string =>
  isByJob(one.spec)
    ? `${aboutJobs(context, 'delete', one)}; apply dist/, or let GitOps do it`
    : 'apply dist/';
