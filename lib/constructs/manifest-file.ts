import type { CertificateSpec } from '../model/certificate-spec';

/** First line of every file that synth writes; a file without it is not ours to touch. */
export const MARKER =
  '# Written by releaf synth from certificates/. Do not edit: change the config or run releaf.';

/** Name of the file in `dist/` that holds a certificate's manifests, but for Secrets that SOPS encrypts. */
export function manifestFile(name: string): string {
  return `${name}.k8s.yaml`;
}

/**
 * Name of the file in `dist/` that holds nothing but the Secret of one revision, encrypted for SOPS, which
 * knows one data key and one MAC for each file.
 *
 * @param revision - its number; in the name only where each revision has a Secret of its own
 */
export function sopsFile(
  { name, secret }: Pick<CertificateSpec, 'name' | 'secret'>,
  revision: number,
): string {
  return secret.naming === 'stable' ? `${name}.sops.yaml` : `${name}.${revision}.sops.yaml`;
}

/** Whether a file of `dist/` has a name that synth gives. */
export function isManifestFile(fileName: string): boolean {
  return /\.(?:k8s|sops)\.yaml$/.test(fileName);
}
