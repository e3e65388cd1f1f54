import type { WrittenReference, WrittenRestartFile } from '../written-config';
import type { Server } from './answers';
import type { FoundKes } from './found-kes';
import type { FoundServer } from './found-server';

/** Where files of the team's own must follow the certificate. */
export interface Places {
  readonly restart: readonly WrittenRestartFile[];
  readonly references: readonly WrittenReference[];
}

/**
 * The places in the file that was found.
 *
 * @see docs/minio-kes.md
 */
export function placesOf(server: Server): Places {
  return server.profile === 'generic' ? ofServer(server.found) : ofKes(server.found);
}

const NONE: Places = { restart: [], references: [] };

function ofServer(found: FoundServer | undefined): Places {
  if (!found?.restarts) return NONE;
  const { file, kind, name } = found;
  const annotations = 'spec.template.metadata.annotations';
  return { restart: [{ file, annotations, object: { kind, name } }], references: [] };
}

function ofKes(found: FoundKes | undefined): Places {
  if (!found) return NONE;
  const { file, where, tenant, places } = found;
  const object = where === 'manifest' ? { object: { kind: 'Tenant', name: tenant } } : {};
  return {
    restart: [
      { file, annotations: places.kes, ...object },
      ...places.pools.map((annotations) => ({
        file,
        annotations,
        ...object,
        digestOf: 'ca' as const,
      })),
    ],
    references: [{ file, name: `${places.secret}.name`, type: `${places.secret}.type` }],
  };
}
