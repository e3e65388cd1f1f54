import type { Sealer } from './sealer';

/**
 * No sealing at all: base64 of the PKCS#8 PEM, as a Secret's `data` holds it. Reached only through
 * `sealing: { type: plaintext, iUnderstandKeysAreInGit: true }`.
 */
export const plaintextSealer: Sealer = {
  seal: (privateKey, target) =>
    Promise.resolve({
      ...target,
      sealing: 'plaintext',
      value: privateKey.withPkcs8Pem((pem) => pem.toString('base64')),
    }),
};
