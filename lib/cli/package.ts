import { dirname } from 'node:path';

// The package's own description, found by its name wherever this file was compiled to.
const DESCRIPTION = 'releaf/package.json';

/** The version of releaf. */
export function packageVersion(): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { version } = require(DESCRIPTION) as { readonly version: string };
  return version;
}

/** Where releaf is installed. */
export const packageRoot = (): string => dirname(require.resolve(DESCRIPTION));
