import { type ApiObject, JsonPatch, Yaml } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { ENGINE_RULES } from '../delivery/engines';
import { certificateConfigMapName, ISSUANCE_JOB_LABELS, jobName } from '../delivery/issuance-names';
import type { IssuancePart } from '../delivery/issuance-parts';
import { clusterRules, namespaceRules, type PolicyRule } from '../delivery/issuance-rules';
import { scriptText } from '../delivery/scripts';
import { labelsOf, signingRequestObject } from '../delivery/signing-request-object';
import type { CertificateSpec } from '../model/certificate-spec';
import { approvalOf } from '../model/delivery-spec';
import type { Revision } from '../model/revision';
import { markPart } from './part';
import { scriptJobSpec } from './script-job';

/** The request that an {@link IssuanceJob} gets issued. */
export interface IssuanceJobProps {
  readonly spec: Pick<CertificateSpec, 'name' | 'delivery'>;
  /** The pending revision. */
  readonly revision: Revision;
}

/**
 * A Job that creates the CertificateSigningRequest of a revision, approves it if it is the committed one
 * (unless a person shall, as always with what logs in to the API server), waits for the signer, and keeps the certificate, which is public, in a ConfigMap.
 * With it comes all that it needs: the script with the request, a service account of its own, and the rules
 * that allow this one thing. For engines that do not apply CertificateSigningRequests, as Argo CD from 3.0 on.
 *
 * A plain Job without TTL: a hook would keep Argo CD waiting, and a Job that is gone would be made anew.
 */
export class IssuanceJob extends Construct {
  constructor(scope: Construct, id: string, { spec, revision }: IssuanceJobProps) {
    super(scope, id);
    const { image, engine } = spec.delivery;
    const { objectName, signer } = revision.record;
    const approve = approvalOf(spec.delivery, signer);
    const { namespace } = revision.sealedKey;
    const rules = ENGINE_RULES[engine];
    const labels = labelsOf(spec.name);
    const shared = { name: objectName, labels: { ...labels } };
    const metadata = { ...shared, namespace };
    const certificate = certificateConfigMapName(objectName);
    const mark = (part: IssuancePart, object: ApiObject): void => {
      markPart(object, { stage: 'request', part }, rules);
    };

    const data = {
      'issue.sh': scriptText('issue.sh'),
      'request.yaml': Yaml.stringify(signingRequestObject(spec.name, revision)),
    };
    mark(
      'script',
      new k8s.KubeConfigMap(this, 'Script', {
        metadata: { ...metadata, annotations: { ...rules.script } },
        data,
      }),
    );
    // Without data: what is not in Git no engine takes out.
    mark(
      'certificate',
      new k8s.KubeConfigMap(this, 'Certificate', { metadata: { ...metadata, name: certificate } }),
    );
    mark(
      'service-account',
      new k8s.KubeServiceAccount(this, 'ServiceAccount', {
        metadata,
        automountServiceAccountToken: false,
      }),
    );

    const subjects = [{ kind: 'ServiceAccount', name: objectName, namespace }];
    const roleRef = (kind: string): k8s.RoleRef => ({
      apiGroup: 'rbac.authorization.k8s.io',
      kind,
      name: objectName,
    });
    mark(
      'cluster-role',
      clusterScoped(
        new k8s.KubeClusterRole(this, 'ClusterRole', {
          metadata: shared,
          rules: copied(clusterRules(objectName, signer, approve)),
        }),
      ),
    );
    mark(
      'cluster-role-binding',
      clusterScoped(
        new k8s.KubeClusterRoleBinding(this, 'ClusterRoleBinding', {
          metadata: shared,
          roleRef: roleRef('ClusterRole'),
          subjects,
        }),
      ),
    );
    mark(
      'role',
      new k8s.KubeRole(this, 'Role', { metadata, rules: copied(namespaceRules(objectName)) }),
    );
    mark(
      'role-binding',
      new k8s.KubeRoleBinding(this, 'RoleBinding', {
        metadata,
        roleRef: roleRef('Role'),
        subjects,
      }),
    );

    const job = scriptJobSpec({
      script: 'issue.sh',
      configMap: objectName,
      image,
      labels,
      env: { CERTIFICATE_CONFIG_MAP: certificate, APPROVE: approve, ROUNDS: '300', PAUSE: '2' },
      serviceAccount: objectName,
      backoffLimit: 3,
      deadline: 3600,
    });
    mark(
      'job',
      new k8s.KubeJob(this, 'Job', {
        metadata: {
          ...metadata,
          name: jobName(objectName, [data, job]),
          labels: { ...labels, ...ISSUANCE_JOB_LABELS },
        },
        spec: job,
      }),
    );
  }
}

const copied = (rules: readonly PolicyRule[]): k8s.PolicyRule[] =>
  rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
    verbs: [...verbs],
  }));

/** Takes out the namespace that a Chart gives to every object. */
function clusterScoped(object: ApiObject): ApiObject {
  if (object.chart.namespace !== undefined) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  return object;
}
