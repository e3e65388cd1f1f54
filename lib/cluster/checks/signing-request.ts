import { outputFile } from '../../delivery/output-file';
import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import type { Revision } from '../../model/revision';
import { requestDifferences } from '../../rotation/request-differences';
import type { KubernetesApi } from '../kubernetes-api';
import {
  conditionOf,
  getSigningRequest,
  stateOf,
  type LiveSigningRequest,
} from '../signing-requests';
import { textOf } from '../live-values';
import { applyOutput, type Commands, type Verdict } from './verdict';

type Requested = Pick<CertificateSpec, 'name' | 'secret' | 'delivery'>;

/** The request of a pending revision: there, as it was committed, and how far it has come. */
export async function checkSigningRequest(
  api: KubernetesApi,
  spec: Requested,
  revision: Revision,
  commands: Commands,
): Promise<readonly Finding[]> {
  const live = await getSigningRequest(api, revision.record.objectName);
  const verdict =
    live || spec.delivery.request === 'manifest'
      ? judgeRequest(spec, revision, live, commands)
      : notThere(revision);
  return [{ check: 'request', certificate: spec.name, ...verdict }];
}

/** Whether that is as it should be, only the Job knows that creates it. */
const notThere = ({ record }: Revision): Verdict => ({
  level: 'ok',
  message: `${record.objectName} is not in the cluster: its Job has not created it, or it was issued and is gone`,
});

/**
 * What a live request means for the pending revision that it belongs to.
 *
 * @param live - undefined when there is none of that name
 */
export function judgeRequest(
  spec: Requested,
  revision: Revision,
  live: LiveSigningRequest | undefined,
  commands: Commands,
): Verdict {
  const { releaf, kubectl } = commands;
  const { objectName, signer } = revision.record;
  const { name, delivery } = spec;
  const part = delivery.request === 'job' ? 'job' : 'request';
  const file = outputFile(spec, { stage: 'request', part });
  if (!live) {
    return {
      level: 'warning',
      message: `${objectName} is not in the cluster`,
      next: [...applyOutput(file), 'without GitOps:', releaf(`renew ${name} --now`)],
    };
  }
  const differences = requestDifferences(live.spec, revision);
  if (differences.length > 0) {
    const username = textOf(live.spec.username);
    const by = username === undefined ? '' : `, made by ${username}`;
    return {
      level: 'failure',
      message: `${objectName} in the cluster is not the committed request${by}: ${differences.map(({ field, text }) => `spec.${field}: ${text}`).join('; ')}; the API server keeps the spec with which a name was created, so to apply it again changes nothing`,
      next: [
        'do not approve it:',
        kubectl(`delete csr ${objectName}`),
        `then apply dist/${file} again`,
      ],
    };
  }
  const said = (type: string): string => {
    const { reason, message } = conditionOf(live.status, type) ?? {};
    return [textOf(reason), textOf(message)].filter(Boolean).join(': ') || 'no reason given';
  };
  switch (stateOf(live)) {
    case 'waiting':
      return {
        level: 'ok',
        message: `${objectName} is the committed one and waits for approval`,
        next: [releaf(`approve ${name}`)],
      };
    case 'issued':
      return {
        level: 'ok',
        message: `${objectName} is the committed one and signed; kube-controller-manager deletes it an hour after it was issued`,
        next: [releaf(`fetch ${name}`)],
      };
    case 'approved':
      return {
        level: 'warning',
        message: `${objectName} is approved and has no certificate: ${signer} has not answered`,
        next: [
          releaf(`fetch ${name} --wait 5m`),
          'if nothing comes, see whether that signer runs in this cluster',
        ],
      };
    case 'denied':
      return {
        level: 'failure',
        message: `${objectName} was denied (${said('Denied')}), which nothing undoes`,
        next: ['settle why, then:', releaf(`renew ${name} --force`)],
      };
    case 'failed':
      return {
        level: 'failure',
        message: `${objectName}: ${signer} refused it (${said('Failed')}), which nothing undoes`,
        next: ['correct what it names, then:', releaf(`renew ${name} --force`)],
      };
  }
}
