import type { CertificateSpec } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import { restartValue } from './restart';

/** A place by which pods restart, and whether they do. */
export interface ExpectedRestart {
  /** File of the team's own; absent where it is an object that restarts through `dist/`. */
  readonly file?: string;
  /** `Kind name`, or `Kind namespace/name`; absent where the file has one such place only. */
  readonly object?: string;
  /** Path of the annotations in it, or of the name of the Secret. */
  readonly path: string;
  /** For what it restarts; `pin` is a client that trusts the very certificate, and has to start later. */
  readonly by: 'certificate' | 'pin' | 'ca' | 'secret-name';
  /** Whether what is to stand there changes. */
  readonly restarts: boolean;
}

/** Whether MinIO trusts the leaf itself: with `trust: leaf` no CA stands behind it. */
export const pinsLeaf = ({ profile, appendCa }: CertificateSpec): boolean =>
  profile === 'minio-kes' && !appendCa;

/**
 * What restarts when one revision takes the place of another. What serves the certificate comes first, then
 * who trusts its CA: a client that starts too early reads the old one.
 *
 * @param before - what served; undefined where nothing did
 */
export function restartsBetween(
  before: IssuedRevision | undefined,
  after: IssuedRevision,
  spec: CertificateSpec,
): readonly ExpectedRestart[] {
  const changes = (digestOf: 'certificate' | 'ca'): boolean => {
    const value = restartValue(digestOf, after, spec);
    return value !== undefined && value !== (before && restartValue(digestOf, before, spec));
  };
  const by = (annotations: string, digestOf: 'certificate' | 'ca'): 'certificate' | 'pin' | 'ca' =>
    digestOf === 'certificate' && pinsLeaf(spec) && annotations.startsWith('spec.pools')
      ? 'pin'
      : digestOf;
  const files = spec.restart.map(({ file, annotations, object, digestOf }) => ({
    file,
    ...(object && { object: `${object.kind} ${object.name}` }),
    path: annotations,
    by: by(annotations, digestOf),
    restarts: changes(digestOf),
  }));
  const objects = spec.restartObjects.map(({ kind, namespace, name, annotations, digestOf }) => ({
    object: `${kind} ${namespace}/${name}`,
    path: annotations,
    by: by(annotations, digestOf),
    restarts: changes(digestOf),
  }));
  const references = spec.references.map(({ file, name }) => ({
    file,
    path: name,
    by: 'secret-name' as const,
    restarts: before?.sealedKey.name !== after.sealedKey.name,
  }));
  const annotated = [...files, ...objects];
  return [
    ...annotated.filter((one) => one.by === 'certificate'),
    ...references,
    ...annotated.filter((one) => one.by === 'pin' || one.by === 'ca'),
  ];
}
