import type { EngineRules } from './engine';

/**
 * Flux. Each folder is for a Kustomization of its own, so that workloads can depend on the Secrets and not
 * on the requests. Flux decodes built-in kinds into their Go types, where a field that is left out
 * becomes an empty one: a fragment of a StatefulSet states what is required.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export const FLUX: EngineRules = {
  annotations: {},
  customResource: {},
  script: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
  fragment: {
    'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  },
  wholeFragments: true,
  gate: false,
  folders: { secret: 'secrets', gate: 'secrets', restart: 'restarts', request: 'requests' },
  listing: 'Kustomization',
  numbered: false,
};
