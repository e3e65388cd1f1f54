import { apply, kubectl } from './cluster';

const strings = { type: 'object', additionalProperties: { type: 'string' } };
const named = {
  type: 'object',
  properties: { name: { type: 'string' }, type: { type: 'string' } },
};
const object = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

/**
 * As much of the Tenant of the MinIO operator as restarts touch, with its shapes and what it requires; the
 * list of pools has no keys, so that whoever applies it applies it as a whole.
 *
 * @see https://github.com/minio/operator/blob/v7.1.1/pkg/apis/minio.min.io/v2/types.go
 */
const TENANTS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tenants.minio.min.io' },
  spec: {
    group: 'minio.min.io',
    scope: 'Namespaced',
    names: { kind: 'Tenant', plural: 'tenants', singular: 'tenant', listKind: 'TenantList' },
    versions: [
      {
        name: 'v2',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: object({
            spec: object(
              {
                image: { type: 'string' },
                externalClientCertSecret: named,
                podManagementPolicy: { type: 'string' },
                poolsMetadata: object({ annotations: strings, labels: strings }),
                kes: object(
                  {
                    image: { type: 'string' },
                    replicas: { type: 'integer' },
                    kesSecret: object({ name: { type: 'string' } }),
                    externalCertSecret: named,
                    annotations: strings,
                    labels: strings,
                  },
                  ['kesSecret'],
                ),
                pools: {
                  type: 'array',
                  items: object(
                    {
                      name: { type: 'string' },
                      servers: { type: 'integer' },
                      volumesPerServer: { type: 'integer' },
                      volumeClaimTemplate: {
                        type: 'object',
                        'x-kubernetes-preserve-unknown-fields': true,
                      },
                      annotations: strings,
                      labels: strings,
                    },
                    ['servers', 'volumesPerServer'],
                  ),
                },
              },
              ['pools'],
            ),
          }),
        },
      },
    ],
  },
};

/** Lets the API server know Tenants. Nobody makes anything of them. */
export async function installTenants(): Promise<void> {
  await apply(TENANTS);
  await kubectl(['wait', '--for=condition=Established', `crd/${TENANTS.metadata.name}`]);
}
