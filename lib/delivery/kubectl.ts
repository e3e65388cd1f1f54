import type { EngineRules } from './engine';

/**
 * `kubectl apply -f dist/`, and everything else that applies files in the order of their names. A fragment
 * lies in a folder of its own, into which `apply -f` does not go: an apply, also one with `--server-side`, can
 * take fields from the live object. It is for `kubectl patch`.
 */
export const KUBECTL: EngineRules = {
  annotations: {},
  customResource: {},
  script: {},
  fragment: {},
  wholeFragments: false,
  gate: false,
  folders: { restart: 'fragments' },
  listing: undefined,
  numbered: true,
};
