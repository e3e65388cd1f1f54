import { type ApiObject, Yaml } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { EngineRules } from '../delivery/engine';
import { ENGINE_RULES } from '../delivery/engines';
import { certificateConfigMapName, ISSUANCE_JOB_LABELS, jobName } from '../delivery/issuance-names';
import type { IssuancePart } from '../delivery/issuance-parts';
import { clusterRules, namespaceRules, type PolicyRule } from '../delivery/issuance-rules';
import { scriptText } from '../delivery/scripts';
import { labelsOf, signingRequestObject } from '../delivery/signing-request-object';
import type { CertificateSpec } from '../model/certificate-spec';
import { approvalOf, type Approval } from '../model/delivery-spec';
import type { Revision } from '../model/revision';
import { clusterScoped } from './cluster-scoped';
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
    const { objectName: name, signer } = revision.record;
    const { namespace } = revision.sealedKey;
    const issuance: Issuance = {
      metadata: { name, namespace, labels: { ...labelsOf(spec.name) } },
      signer,
      approve: approvalOf(spec.delivery, signer),
      rules: ENGINE_RULES[engine],
    };
    const data = {
      'issue.sh': scriptText('issue.sh'),
      'request.yaml': Yaml.stringify(signingRequestObject(spec.name, revision)),
    };
    placeConfigMaps(this, issuance, data);
    placeRights(this, issuance);
    placeJob(this, issuance, image, data);
  }
}

/** What all objects of one issuance know. */
interface Issuance {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly signer: string;
  readonly approve: Approval;
  readonly rules: EngineRules;
}

type ScriptData = Readonly<Record<string, string>>;

const mark = ({ rules }: Issuance, part: IssuancePart, object: ApiObject): void => {
  markPart(object, { stage: 'request', part }, rules);
};

/** What the Job reads, and what it writes. */
function placeConfigMaps(scope: Construct, issuance: Issuance, data: ScriptData): void {
  const { metadata, rules } = issuance;
  const script = new k8s.KubeConfigMap(scope, 'Script', {
    metadata: { ...metadata, annotations: { ...rules.script } },
    data,
  });
  mark(issuance, 'script', script);
  // Without data: what is not in Git no engine takes out.
  const certificate = new k8s.KubeConfigMap(scope, 'Certificate', {
    metadata: { ...metadata, name: certificateConfigMapName(metadata.name) },
  });
  mark(issuance, 'certificate', certificate);
}

/** A service account that may do this one thing. */
function placeRights(scope: Construct, issuance: Issuance): void {
  const { metadata, signer, approve } = issuance;
  const { name, namespace, labels } = metadata;
  const account = new k8s.KubeServiceAccount(scope, 'ServiceAccount', {
    metadata,
    automountServiceAccountToken: false,
  });
  mark(issuance, 'service-account', account);
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = (kind: string): k8s.RoleRef => ({
    apiGroup: 'rbac.authorization.k8s.io',
    kind,
    name,
  });
  const clusterRole = new k8s.KubeClusterRole(scope, 'ClusterRole', {
    metadata: { name, labels },
    rules: copied(clusterRules(name, signer, approve)),
  });
  mark(issuance, 'cluster-role', clusterScoped(clusterRole));
  const clusterRoleBinding = new k8s.KubeClusterRoleBinding(scope, 'ClusterRoleBinding', {
    metadata: { name, labels },
    roleRef: roleRef('ClusterRole'),
    subjects,
  });
  mark(issuance, 'cluster-role-binding', clusterScoped(clusterRoleBinding));
  const role = new k8s.KubeRole(scope, 'Role', { metadata, rules: copied(namespaceRules(name)) });
  mark(issuance, 'role', role);
  const roleBinding = new k8s.KubeRoleBinding(scope, 'RoleBinding', {
    metadata,
    roleRef: roleRef('Role'),
    subjects,
  });
  mark(issuance, 'role-binding', roleBinding);
}

function placeJob(scope: Construct, issuance: Issuance, image: string, data: ScriptData): void {
  const { metadata, approve } = issuance;
  const { name, labels } = metadata;
  const spec = scriptJobSpec({
    script: 'issue.sh',
    configMap: name,
    image,
    labels,
    env: {
      CERTIFICATE_CONFIG_MAP: certificateConfigMapName(name),
      APPROVE: approve,
      ROUNDS: '300',
      PAUSE: '2',
    },
    serviceAccount: name,
    backoffLimit: 3,
    deadline: 3600,
  });
  const job = new k8s.KubeJob(scope, 'Job', {
    metadata: {
      ...metadata,
      name: jobName(name, [data, spec]),
      labels: { ...labels, ...ISSUANCE_JOB_LABELS },
    },
    spec,
  });
  mark(issuance, 'job', job);
}

const copied = (rules: readonly PolicyRule[]): k8s.PolicyRule[] =>
  rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    ...(resourceNames && { resourceNames: [...resourceNames] }),
    verbs: [...verbs],
  }));
