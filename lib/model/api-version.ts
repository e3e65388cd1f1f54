interface Versioned {
  readonly apiVersion?: unknown;
}

/** API group of an object, without the version; empty for the core group. */
export const groupOf = ({ apiVersion }: Versioned): string =>
  typeof apiVersion === 'string' ? apiVersion.split('/').slice(0, -1).join('') : '';

/** Whether the API server knows the kind only from a CustomResourceDefinition. */
export function isCustomResource(object: Versioned): boolean {
  const group = groupOf(object);
  return group.includes('.') && !group.endsWith('.k8s.io');
}
