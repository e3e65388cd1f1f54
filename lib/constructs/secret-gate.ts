import { createHash } from 'node:crypto';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { ENGINE_RULES } from '../delivery/engines';
import { jobName } from '../delivery/issuance-names';
import { GATE_PARTS } from '../delivery/output-file';
import { scriptText } from '../delivery/scripts';
import { labelsOf } from '../delivery/signing-request-object';
import type { CertificateSpec } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import { markPart } from './part';
import { scriptJobSpec } from './script-job';

/** What a {@link SecretGate} waits for. */
export interface SecretGateProps {
  readonly spec: Pick<CertificateSpec, 'name' | 'delivery' | 'secret'>;
  /** The current revision. */
  readonly revision: IssuedRevision;
}

/**
 * A Job that ends when the Secret holds the certificate of the current revision, so that what restarts next
 * reads that one. For engines that go on before a controller has updated the Secret: Argo CD takes a
 * SealedSecret for healthy on the condition of the generation before.
 *
 * It has no rights at all: of the Secret it mounts the certificate, and not the private key, and it gets no
 * token. A pod that finds the old certificate for two minutes, longer than the kubelet takes to update a volume,
 * gives way to another one.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod
 */
export class SecretGate extends Construct {
  constructor(scope: Construct, id: string, { spec, revision }: SecretGateProps) {
    super(scope, id);
    const { image, engine } = spec.delivery;
    const { namespace, name: secretName } = revision.sealedKey;
    const key = spec.secret.keys.certificate;
    const rules = ENGINE_RULES[engine];
    const labels = labelsOf(spec.name);
    const name = `${revision.record.objectName}-gate`;
    const metadata = { name, namespace, labels: { ...labels } };

    const data = { 'await-secret.sh': scriptText('await-secret.sh') };
    const script = new k8s.KubeConfigMap(this, 'Script', {
      metadata: { ...metadata, annotations: { ...rules.script } },
      data,
    });
    const work = scriptJobSpec({
      script: 'await-secret.sh',
      configMap: name,
      image,
      labels,
      env: {
        CERTIFICATE_FILE: '/secret/certificate',
        CERTIFICATE_SHA256: createHash('sha256').update(revision.certificate).digest('hex'),
        ROUNDS: '60',
        PAUSE: '2',
      },
      volumes: {
        '/secret': {
          secret: { secretName, items: [{ key, path: 'certificate' }], optional: false },
        },
      },
      backoffLimit: 5,
      deadline: 1800,
    });
    const job = new k8s.KubeJob(this, 'Job', {
      metadata: { ...metadata, name: jobName(name, [data, work]) },
      spec: work,
    });
    const [ofScript, ofJob] = GATE_PARTS;
    markPart(script, ofScript, rules);
    markPart(job, ofJob, rules);
  }
}
