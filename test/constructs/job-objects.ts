import { Testing } from 'cdk8s';
import type { Chart } from 'cdk8s';

/** The fields of a pod's spec that tests look at. */
export interface PodSpec {
  readonly restartPolicy: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: unknown;
  readonly containers: readonly {
    readonly image: string;
    readonly command: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts: readonly { readonly mountPath: string }[];
  }[];
  readonly volumes: readonly unknown[];
}

/** An object as tests read it. */
export interface TestObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: unknown;
  readonly roleRef?: unknown;
  readonly subjects?: unknown;
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly podFailurePolicy: unknown;
    readonly template: { readonly spec: PodSpec };
  };
}

export const objectsOf = (chart: Chart): readonly TestObject[] =>
  Testing.synth(chart) as readonly TestObject[];

/** The one object of a kind, whose name ends so. */
export function only(objects: readonly TestObject[], kind: string, ending = ''): TestObject {
  const found = objects.filter((each) => each.kind === kind && each.metadata.name.endsWith(ending));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** What a container of the Pod Security Standard `restricted` says, besides its pod. */
export const RESTRICTED_CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

export const RESTRICTED_POD = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const envOf = (job: TestObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (job.spec.template.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
  );
