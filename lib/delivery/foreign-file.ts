/** A file that is there for all certificates, whatever their names. */
const SHARED = /(?:^|\/)(?:kustomization\.yaml|kustomizations\/[^/]+)$/;

/**
 * What to do where somebody else's file stands in the way of the output.
 *
 * @param file - with forward slashes
 */
export const foreignHint = (file: string): string =>
  SHARED.test(file)
    ? 'move that file: with this delivery synth writes one of that name itself'
    : 'move it, or rename the certificate in the config';
