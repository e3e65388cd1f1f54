import { createHash } from 'node:crypto';

/** Key of the certificate, a PEM chain with the leaf first, in the ConfigMap that keeps it. */
export const CERTIFICATE_ITEM = 'certificate.pem';

/**
 * Name of the ConfigMap in which the Job keeps the signed certificate, in the Secret's namespace: kube-controller-manager
 * deletes an issued CertificateSigningRequest after an hour.
 *
 * @param objectName - name of the CertificateSigningRequest
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#request-signing-process
 */
export const certificateConfigMapName = (objectName: string): string => `${objectName}-certificate`;

/**
 * What the Job of a request has besides the labels of its certificate, so that it can be told from a gate.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export const ISSUANCE_JOB_LABELS = { 'app.kubernetes.io/component': 'issuance' } as const;

/**
 * What a Job's name may have: it is the value of a label on the Job's pods.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
const LONGEST = 63;

/**
 * Name of a Job that says what it does, so that a change makes another Job: nearly all of a Job is immutable, and
 * an engine would be refused.
 *
 * @param name - what it works on; cut, with a hash of all of it, where the whole would be too long
 * @param content - all that may change; hashed as JSON
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#writing-a-job-spec
 */
export function jobName(name: string, content: unknown): string {
  const ending = `-${hash(JSON.stringify(content), 6)}`;
  const room = LONGEST - ending.length;
  if (name.length <= room) return name + ending;
  const sum = hash(name, 6);
  return `${name.slice(0, room - sum.length - 1).replace(/[-.]+$/, '')}-${sum}${ending}`;
}

const hash = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
