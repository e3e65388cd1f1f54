/** What may serve TLS, as a profile of the config. */
export const PROFILES = ['generic', 'minio-kes'] as const;

/** Ways of sealing that `releaf init` proposes. */
export const SEALINGS = ['sealed-secrets', 'sops'] as const;
export type Sealing = (typeof SEALINGS)[number];

/** Where CI opens pull requests. */
export const FORGES = ['github', 'gitlab', 'none'] as const;
export type Ci = (typeof FORGES)[number];
