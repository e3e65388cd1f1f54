/** Kinds of the API group `apps` whose pods restart for their template. */
export const APP_WORKLOADS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Whether an object is one of {@link APP_WORKLOADS}. */
export const isAppWorkload = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): boolean => APP_WORKLOADS.includes(kind) && apiVersion.startsWith('apps/');
