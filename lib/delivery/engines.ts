import type { Engine } from '../model/delivery-spec';
import { ARGO_CD } from './argo-cd';
import type { EngineRules } from './engine';
import { FLUX } from './flux';
import { KUBECTL } from './kubectl';
import { KUSTOMIZE } from './kustomize';

/** What each engine wants. */
export const ENGINE_RULES: Readonly<Record<Engine, EngineRules>> = {
  kubectl: KUBECTL,
  kustomize: KUSTOMIZE,
  'argo-cd': ARGO_CD,
  flux: FLUX,
};
