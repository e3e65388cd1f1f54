import type { EngineRules } from './engine';

/**
 * A component that an overlay includes. Restarts are patches of it, so there are no fragments.
 *
 * @see https://kubectl.docs.kubernetes.io/guides/config_management/components/
 */
export const KUSTOMIZE: EngineRules = {
  annotations: {},
  customResource: {},
  script: {},
  fragment: undefined,
  wholeFragments: false,
  gate: false,
  folders: {},
  listing: 'Component',
  numbered: false,
};
