import { got } from '../problem';
import type { ProfileProblems, Said } from './profile';

/**
 * Secrets that the MinIO operator makes for a Tenant by itself, as Opaque. The type of a Secret never
 * changes, and what the operator finds missing it makes anew.
 *
 * @see minio/operator pkg/apis/minio.min.io/v2/names.go
 */
const MADE_BY_OPERATOR: ReadonlyMap<string, string> = new Map([
  ['-tls', 'the server certificate of MinIO'],
  ['-client-tls', 'the client certificate of MinIO'],
  ['-kes-tls', 'the server certificate of KES'],
]);

/** Where a file says which Secret to read. */
export interface Reader {
  /** Who reads it, such as `the Tenant`. */
  readonly who: string;
  /** Path of the scalar that is the Secret's name. */
  readonly name: string;
  /** Path of the scalar that is the Secret's type, where the reader wants it said. */
  readonly type?: string;
}

/**
 * Refuses the name of a Secret that the operator makes itself.
 *
 * @param name - of our Secret
 * @param free - the name that may be taken over all the same
 */
export function operatorNameProblems(
  tenant: string,
  name: string,
  { secret }: Said,
  free?: string,
): ProfileProblems {
  const holds = name.startsWith(tenant)
    ? MADE_BY_OPERATOR.get(name.slice(tenant.length))
    : undefined;
  return holds === undefined || name === free || secret?.naming === 'perRevision'
    ? []
    : [
        {
          path: ['secret', 'name'],
          text: `${got([], name)}; in that Secret the MinIO operator keeps ${holds}: choose another name`,
        },
      ];
}

/** With `naming: perRevision` the name changes at each renewal: whoever reads it must be told. */
export function namingProblems(reader: Reader, { secret, references = [] }: Said): ProfileProblems {
  if (secret?.naming !== 'perRevision' || references.length > 0) return [];
  const { who, name, type } = reader;
  const place = `{ file: FILE, name: ${name}${type === undefined ? '' : `, type: ${type}`} }`;
  return [
    {
      path: ['secret', 'naming'],
      text: `got "perRevision"; ${who} must name another Secret at each renewal: give references: [${place}]`,
    },
  ];
}

/** What a Tenant has to say so that the operator finds a Secret of another name than its own. */
export function tenantWarnings(
  field: string,
  name: string,
  type: string,
  { secret, references = [] }: Said,
): readonly string[] {
  if (references.length === 0) {
    return secret?.naming === 'perRevision'
      ? []
      : [
          `secret.name: the Tenant must say ${field}: { name: ${name}, type: ${type} }; references keeps it so`,
        ];
  }
  return type === 'kubernetes.io/tls' && references.every((one) => one.type === undefined)
    ? [
        `references: none has type, and the operator looks for tls.crt only where the Tenant says ${field}.type: kubernetes.io/tls`,
      ]
    : [];
}
