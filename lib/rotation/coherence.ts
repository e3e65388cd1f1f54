import { canonicalNames } from '../model/canonical-names';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError, type ErrorCode } from '../model/errors';
import { currentRevision, isIssued, type IssuedRevision, type Revision } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';
import { asksOnlyFor, readRequest, type CertificateRequest } from '../x509/certificate-request';
import { readIssuedChain } from './issued-chain';
import { assertOwnCertificate } from './own-certificate';
import { requestObjectName } from './renew';
import { assertRequestable, assertSecretName } from './shippable';
import { sealedKeySha256 } from './sealed-key-digest';
import { trustedPath } from './trust';

/** Something committed that does not hold together. */
export interface Problem {
  readonly code: ErrorCode;
  /** File relative to the folder of the config. */
  readonly file: string;
  readonly message: string;
  readonly hint: string;
}

const RESTORE = 'restore the file from Git, or make a new revision: releaf renew NAME --force';

/**
 * Checks that the request of a revision is the one that was recorded, and that the recorded sealed key
 * is the one beside it.
 *
 * @throws ReleafError REQUEST_INVALID, REVISION_INVALID, SIGNER_RULE or SEALED_KEY_CHANGED
 */
export function readRecordedRequest(name: string, revision: Revision): CertificateRequest {
  const folder = `certificates/${name}/${revision.number}`;
  const { record } = revision;
  const request = readRequest(revision.request, `${folder}/request.pem`);
  const differs = (what: string, found: string, recorded: string): never => {
    throw new ReleafError(
      'REVISION_INVALID',
      `${folder}/request.pem: ${what} ${found}, request.yaml says ${recorded}`,
      RESTORE,
    );
  };
  if (request.publicKeySha256 !== record.publicKeySha256) {
    differs('has public key', request.publicKeySha256, record.publicKeySha256);
  }
  if (canonicalNames(request.names) !== canonicalNames(record)) {
    differs('asks for', canonicalNames(request.names), canonicalNames(record));
  }
  if (!asksOnlyFor(request, record)) {
    differs('asks for', 'attributes or extensions beside its names', 'nothing of them');
  }
  if (request.key !== record.key) {
    differs('has a key of type', request.key ?? 'unknown', record.key);
  }
  assertRequestable(name, revision);
  const objectName = requestObjectName(name, revision.number, request.der);
  if (objectName !== record.objectName) differs('is request', objectName, record.objectName);
  const digest = sealedKeySha256(revision.sealedKey);
  if (digest !== record.sealedKeySha256) {
    throw new ReleafError(
      'SEALED_KEY_CHANGED',
      `${folder}/private-key.yaml: the sealed key has digest ${digest}, request.yaml says ${record.sealedKeySha256}`,
      RESTORE,
    );
  }
  return request;
}

/** Runs a check and turns an expected failure into a problem. */
export function problemOf(file: string, check: () => void): readonly Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return [{ code: error.code, file, message: error.message, hint: error.hint }];
  }
}

/**
 * What does not hold together in the revisions of one certificate. Dates do not count: they are the
 * plan's business, and a gate that fails by the calendar blocks every other change.
 *
 * @param revisions - oldest first
 * @param cas - the certificates of the config's `ca` file, if it names one
 * @param owners - which revision a public key belongs to, over the whole folder: hex SHA-256 → `name/number`
 */
export function incoherences(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  cas: readonly X509[] | undefined,
  owners: ReadonlyMap<string, string>,
): readonly Problem[] {
  const current = currentRevision(revisions);
  const perRevision = revisions.flatMap((revision) => {
    const folder = `certificates/${spec.name}/${revision.number}`;
    const file = `${folder}/certificate.pem`;
    return [
      ...problemOf(`${folder}/request.pem`, () => readRecordedRequest(spec.name, revision)),
      ...(isIssued(revision)
        ? problemOf(file, () => {
            const chain = readIssuedChain(revision.certificate, revision.record, file);
            assertOwnCertificate(spec.name, chain.certificates[0], revision, revisions, file);
            if (revision === current && cas && spec.ca !== undefined) {
              trustedPath(chain, cas, { file, caFile: spec.ca });
            }
          }).map((problem) => swapped(problem, revision, owners))
        : []),
    ];
  });
  return [
    ...perRevision,
    ...problemOf(`certificates/${spec.name}`, () => {
      assertSecretName(spec, revisions);
    }),
  ];
}

/** Tells a certificate of another revision from one of a stranger. */
function swapped(
  problem: Problem,
  { certificate, record }: IssuedRevision,
  owners: ReadonlyMap<string, string>,
): Problem {
  if (problem.code !== 'CERTIFICATE_KEY_MISMATCH') return problem;
  const [leaf] = readCertificates(certificate, problem.file);
  const owner = leaf && owners.get(leaf.publicKeySha256);
  if (owner === undefined) return problem;
  return {
    ...problem,
    code: 'CERTIFICATE_SWAPPED',
    message: `${problem.file}: this is the certificate of revision ${owner}, not of request ${record.objectName}`,
    hint: 'restore the file from Git',
  };
}
