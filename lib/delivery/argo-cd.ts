import type { EngineRules } from './engine';

const wave = (number: number) => ({ 'argocd.argoproj.io/sync-wave': `${number}` });

/**
 * Argo CD, version 3. It leaves CertificateSigningRequests out unless an administrator lifts that, so a
 * Job creates them. The Secret comes before the team's own objects, which are in wave 0 unless they say
 * otherwise. The Job is with them, behind the workloads: in a later wave it would wait until these are
 * healthy, which they are not before the first certificate, or with an expired one; in an earlier one they
 * would wait for it. Nothing waits for what is in the last wave.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/upgrading/2.14-3.0/
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 */
export const ARGO_CD: EngineRules = {
  annotations: { secret: wave(-2), gate: wave(-1), restart: wave(0), request: wave(0) },
  customResource: { 'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true' },
  script: {},
  fragment: {
    // Taken out of Git it would stay OutOfSync, since it is not pruned.
    'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
    'argocd.argoproj.io/sync-options':
      'ServerSideApply=true,Validate=false,Prune=false,Delete=false',
  },
  wholeFragments: false,
  // Before 3.4.13 its health check of a SealedSecret takes the condition of an older generation.
  gate: true,
  folders: {},
  listing: undefined,
  numbered: false,
};
