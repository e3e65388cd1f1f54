import * as der from './der';
import type { Der } from './der';

/** Fields of a Certificate that we read, none of them looked into. */
export interface CertificateFields {
  /** AlgorithmIdentifier inside what is signed, and beside the signature. */
  readonly signatureAlgorithms: readonly [Der | undefined, Der | undefined];
  readonly subject: Der | undefined;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Der | undefined;
  readonly extensions: Der | undefined;
}

/** RFC 5280, 4.1: the version may be left out, and so may everything behind the public key. */
export function certificateFields(certificate: Der): CertificateFields {
  const [tbs, outerAlgorithm] = der.sequenceOf(certificate);
  const all = der.sequenceOf(tbs);
  const fields = all[0] && der.isTagged(all[0], 0) ? all.slice(1) : all;
  const extensions = fields.slice(6).find((field) => der.isTagged(field, 3));
  return {
    signatureAlgorithms: [fields[1], outerAlgorithm],
    subject: fields[4],
    publicKey: fields[5],
    extensions: extensions && der.nodesOf(extensions)[0],
  };
}
