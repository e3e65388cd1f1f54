import { labelsOf } from '../../delivery/signing-request-object';
import type { CertificateSpec } from '../../model/certificate-spec';
import { shellWord } from '../../model/shell-word';
import type { Context } from '../context';
import type { Waiting } from '../issue';
import { typed, typedKubectl } from '../typed';

type Requested = Pick<Waiting, 'spec' | 'pending'>;

/** Whether a Job in the cluster creates the request. */
export const isByJob = ({ delivery }: Pick<CertificateSpec, 'delivery'>): boolean =>
  delivery.request === 'job';

/** A kubectl command about the Jobs of a certificate. */
const aboutJobs = (context: Context, verb: string, { spec, pending }: Requested): string => {
  const [label = ''] = Object.entries(labelsOf(spec.name))
    .filter(([key]) => key.startsWith('releaf.dev/'))
    .map(([key, value]) => `${key}=${value}`);
  const { namespace } = pending.sealedKey;
  return typedKubectl(context, `${verb} jobs -n ${shellWord(namespace)} -l ${shellWord(label)}`);
};

/** What to do when a request is not there that a Job creates. */
export const jobHasNotRun = (context: Context, one: Requested): string =>
  `the Job that creates it has not run yet, or failed: ${aboutJobs(context, 'describe', one)}; if it is not there: apply dist/, or see why GitOps has not`;

/** What a Job is there for once its request waits for approval. */
export const jobApproves = (context: Context, one: Requested): string =>
  `its Job approves it; what that says: ${aboutJobs(context, 'describe', one)}; to approve it by hand: ${typed(context, `approve ${one.spec.name}`)}`;

/** How a request is created anew under its name. A Job that has ended does not run again. */
export const createAnew = (context: Context, one: Requested): string =>
  isByJob(one.spec)
    ? `${aboutJobs(context, 'delete', one)}; apply dist/, or let GitOps do it`
    : 'apply dist/';
