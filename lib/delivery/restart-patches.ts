import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Revision } from '../model/revision';
import { annotatedObjects, annotationsOnly, type PartialObject } from './restart-objects';

/** A patch of Kustomize: as much of an object as is to be changed. */
export type Patch = PartialObject;

/**
 * Strategic-merge patches for Kustomize that set the restart annotations, one for each object. They hold
 * mappings only: of a kind that Kustomize has no schema of it would replace a list as a whole.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
export function restartPatches(
  spec: CertificateSpec,
  revisions: readonly Revision[],
): readonly Patch[] {
  const current = currentRevision(revisions);
  if (!current) return [];
  return annotatedObjects(spec, 'patch').flatMap(
    (places) => annotationsOnly(places, current, spec) ?? [],
  );
}
