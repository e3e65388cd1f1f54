import { at, listAt, textAt } from './read-value';

/** A Tenant of the MinIO operator with KES, in a manifest or in values of Helm. */
export interface FoundKes {
  readonly file: string;
  /** `Tenant`, or what holds the values. */
  readonly where: 'manifest' | 'values';
  readonly tenant: string;
  /** @default - the file does not say it */
  readonly namespace?: string;
  readonly replicas: number;
  /** What the Tenant reads already instead of the operator's Secret. */
  readonly secret?: { readonly name: string; readonly type?: string };
  /** Paths in the file. */
  readonly places: {
    /** Annotations of the pods of KES. */
    readonly kes: string;
    /** Annotations of the pods of MinIO. */
    readonly pools: readonly string[];
    /** The mapping that names the Secret. */
    readonly secret: string;
  };
}

/** What the operator runs where the Tenant does not say it: minio/operator, pkg/apis/minio.min.io/v2. */
const DEFAULT_REPLICAS = 2;

/** The KES of a manifest of a Tenant. */
export function kesOfManifest(file: string, object: unknown): readonly FoundKes[] {
  const api = textAt(object, 'apiVersion');
  if (textAt(object, 'kind') !== 'Tenant' || !api?.startsWith('minio.min.io/')) return [];
  const namespace = textAt(object, 'metadata', 'namespace');
  return kesOf(at(object, 'spec'), textAt(object, 'metadata', 'name'), {
    file,
    where: 'manifest',
    ...(namespace !== undefined && { namespace }),
    prefix: 'spec',
    annotations: 'spec.kes.annotations',
  });
}

/**
 * The KES of values for the chart `tenant` of the MinIO operator: of a values file, an umbrella chart's, a
 * HelmRelease of Flux, or an Application of Argo CD. The chart makes KES only where `configuration` is said, and
 * puts the annotations of the whole tenant on its pods.
 *
 * @see https://github.com/minio/operator/blob/v7.1.1/helm/tenant/templates/tenant.yaml
 */
export function kesOfValues(file: string, document: unknown): readonly FoundKes[] {
  return valuesIn(document).flatMap(({ values, prefix, namespace }) => {
    const tenant = at(values, 'tenant');
    if (at(tenant, 'kes', 'configuration') === undefined) return [];
    const path = `${prefix}tenant`;
    return kesOf(tenant, textAt(tenant, 'name') ?? 'myminio', {
      file,
      where: 'values',
      ...(namespace !== undefined && { namespace }),
      prefix: path,
      annotations: `${path}.annotations`,
    });
  });
}

interface Values {
  readonly values: unknown;
  /** What the paths of the values begin with. */
  readonly prefix: string;
  readonly namespace?: string;
}

function valuesIn(document: unknown): readonly Values[] {
  const kind = textAt(document, 'kind');
  const api = textAt(document, 'apiVersion') ?? '';
  if (kind === 'HelmRelease' && api.startsWith('helm.toolkit.fluxcd.io/')) {
    const namespace =
      textAt(document, 'spec', 'targetNamespace') ?? textAt(document, 'metadata', 'namespace');
    return [
      {
        values: at(document, 'spec', 'values'),
        prefix: 'spec.values.',
        ...(namespace !== undefined && { namespace }),
      },
    ];
  }
  if (kind === 'Application' && api.startsWith('argoproj.io/')) {
    const namespace = textAt(document, 'spec', 'destination', 'namespace');
    const sources = [
      { source: at(document, 'spec', 'source'), path: 'spec.source' },
      ...listAt(document, 'spec', 'sources').map((source, index) => ({
        source,
        path: `spec.sources[${index}]`,
      })),
    ];
    return sources.map(({ source, path }) => ({
      values: at(source, 'helm', 'valuesObject'),
      prefix: `${path}.helm.valuesObject.`,
      ...(namespace !== undefined && { namespace }),
    }));
  }
  if (kind !== undefined || typeof document !== 'object' || document === null) return [];
  return [
    { values: document, prefix: '' },
    // A dependency of an umbrella chart has its values under its name.
    ...Object.entries(document)
      .filter(([name]) => name !== 'tenant' && /^[a-z][\w-]*$/i.test(name))
      .map(([name, values]: [string, unknown]) => ({ values, prefix: `${name}.` })),
  ];
}

function kesOf(
  spec: unknown,
  tenant: string | undefined,
  {
    file,
    where,
    namespace,
    prefix,
    annotations,
  }: Pick<FoundKes, 'file' | 'where' | 'namespace'> & {
    readonly prefix: string;
    readonly annotations: string;
  },
): readonly FoundKes[] {
  const kes = at(spec, 'kes');
  if (tenant === undefined || typeof kes !== 'object' || kes === null) return [];
  const replicas = at(kes, 'replicas') ?? DEFAULT_REPLICAS;
  const name = textAt(kes, 'externalCertSecret', 'name');
  const type = textAt(kes, 'externalCertSecret', 'type');
  return [
    {
      file,
      where,
      tenant,
      ...(namespace !== undefined && { namespace }),
      replicas:
        typeof replicas === 'number' &&
        Number.isInteger(replicas) &&
        replicas >= 1 &&
        replicas <= 100
          ? replicas
          : DEFAULT_REPLICAS,
      ...(name !== undefined && { secret: { name, ...(type !== undefined && { type }) } }),
      places: {
        kes: annotations,
        pools: listAt(spec, 'pools').map((_, index) => `${prefix}.pools[${index}].annotations`),
        secret: `${prefix}.kes.externalCertSecret`,
      },
    },
  ];
}
