import { k8s } from 'cdk8s-plus-27';
import type { ScriptName } from '../delivery/scripts';

/** A Job that runs one of the scripts of lib/delivery/scripts. */
export interface ScriptJobProps {
  readonly script: ScriptName;
  /** ConfigMap that holds the script. */
  readonly configMap: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Variables that the script asks for, and the rounds in which it looks before it gives up. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Service account whose token the pod gets.
   *
   * @default - no token
   */
  readonly serviceAccount?: string;
  /** Folders by mount path. */
  readonly volumes?: Readonly<Record<string, Omit<k8s.Volume, 'name'>>>;
  /** How often another pod tries again; the pause before doubles, from 10 seconds on. */
  readonly backoffLimit: number;
  /** End of all tries, in seconds. */
  readonly deadline: number;
}

/** What will never succeed, as the scripts say it. */
const NEVER = 3;

/**
 * The type, of Kubernetes 1.27, demands `onPodConditions` besides, which excludes `onExitCodes`.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.27.0/pkg/apis/batch/validation/validation.go
 */
const FAIL_AT_ONCE = {
  action: 'FailJob',
  onExitCodes: { operator: 'In', values: [NEVER] },
} as k8s.PodFailurePolicyRule;

/** A user that no image has. */
const NOBODY = 65_532;

const SCRIPTS = '/releaf';
const WORK = '/work';
const NAME = 'releaf';

/**
 * Spec of such a Job: fits the Pod Security Standard `restricted`, writes to memory only, and stays when it
 * has ended, for what is gone from the cluster and stands in Git would be made again and again.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export function scriptJobSpec(props: ScriptJobProps): k8s.JobSpec {
  const { script, configMap, image, labels, env, serviceAccount, volumes = {} } = props;
  const mounts = Object.entries<Omit<k8s.Volume, 'name'>>({
    [SCRIPTS]: { configMap: { name: configMap } },
    [WORK]: { emptyDir: { medium: 'Memory', sizeLimit: k8s.Quantity.fromString('32Mi') } },
    ...volumes,
  }).map(([mountPath, volume]) => ({ mountPath, volume, name: mountPath.slice(1) }));
  return {
    backoffLimit: props.backoffLimit,
    activeDeadlineSeconds: props.deadline,
    podFailurePolicy: { rules: [FAIL_AT_ONCE] },
    template: {
      metadata: { labels: { ...labels } },
      spec: {
        restartPolicy: 'Never',
        ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
        automountServiceAccountToken: serviceAccount !== undefined,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: NOBODY,
          runAsGroup: NOBODY,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: NAME,
            image,
            command: ['sh', `${SCRIPTS}/${script}`],
            env: Object.entries({ HOME: WORK, ...env }).map(([name, value]) => ({ name, value })),
            resources: {
              requests: quantities({ cpu: '10m', memory: '64Mi' }),
              limits: quantities({ cpu: '1', memory: '256Mi' }),
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              readOnlyRootFilesystem: true,
            },
            terminationMessagePolicy: 'FallbackToLogsOnError',
            volumeMounts: mounts.map(({ name, mountPath }) => ({
              name,
              mountPath,
              ...(mountPath !== WORK && { readOnly: true }),
            })),
          },
        ],
        volumes: mounts.map(({ name, volume }) => ({ name, ...volume })),
      },
    },
  };
}

const quantities = (texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, k8s.Quantity.fromString(text)]),
  );
