/** A note on every signer of kube-controller-manager. */
export const CONTROLLER_MANAGER_LIFETIME =
  'Lifetime: at most `--cluster-signing-duration` of kube-controller-manager, 365 days unless it is set, and no longer than the CA. Managed clusters may differ.';
