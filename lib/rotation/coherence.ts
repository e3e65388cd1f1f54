import { canonicalNames } from '../model/canonical-names';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError, type ErrorCode } from '../model/errors';
import { currentRevision, isIssued, type IssuedRevision, type Revision } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';
import { asksOnlyFor, readRequest, type CertificateRequest } from '../x509/certificate-request';
import { readIssuedChain, type IssuedChain } from './issued-chain';
import { assertOwnCertificate } from './own-certificate';
import { requestObjectName } from './renew';
import { assertRequestable, assertSecretName } from './shippable';
import { sealedKeySha256 } from './sealed-key-digest';
import { assertTrusted } from './trust';

/** Something committed that does not hold together. */
export interface Problem {
  readonly code: ErrorCode;
  /** File relative to the folder of the config. */
  readonly file: string;
  readonly message: string;
  readonly hint: string;
}

const restore = (name: string): string =>
  `restore the file from Git, or make a new revision: releaf renew ${name} --force`;

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
      restore(name),
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
      restore(name),
    );
  }
  return request;
}

/**
 * Reads the chain of an issued revision and checks that it is that revision's own and that nothing but
 * it stands in the file, whose text is what the Secret gets.
 *
 * @param revisions - all of that certificate
 * @throws ReleafError REVISION_INVALID, CERTIFICATE_SWAPPED, and as `readIssuedChain`
 */
function readOwnChain(
  name: string,
  revision: IssuedRevision,
  revisions: readonly Revision[],
): IssuedChain {
  const file = `certificates/${name}/${revision.number}/certificate.pem`;
  const chain = readIssuedChain(revision.certificate, revision.record, file);
  assertOwnCertificate(name, chain.certificates[0], revision, revisions, file);
  if (revision.certificate === chain.certificates.map(({ pem }) => pem).join('')) return chain;
  throw new ReleafError(
    'REVISION_INVALID',
    `${file}: holds more than its certificates, or not in the form in which releaf writes them`,
    restore(name),
  );
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
  let isCaPresent = false;
  const perRevision = revisions.flatMap((revision) => {
    const folder = `certificates/${spec.name}/${revision.number}`;
    const requestProblems = problemOf(`${folder}/request.pem`, () =>
      readRecordedRequest(spec.name, revision),
    );
    if (!isIssued(revision)) return requestProblems;
    const file = `${folder}/certificate.pem`;
    let chain: IssuedChain | undefined;
    const problems = problemOf(file, () => {
      chain = readOwnChain(spec.name, revision, revisions);
    });
    const distrust = problemOf(file, () => {
      if (chain && !revision.withdrawn) assertTrusted(spec, chain, cas, file);
    });
    // What a former CA signed came first, and serves no longer.
    const counts = revision === current || isCaPresent;
    isCaPresent ||= chain !== undefined && !revision.withdrawn && distrust.length === 0;
    return [
      ...requestProblems,
      ...problems.map((problem) => swapped(problem, revision, owners)),
      ...(counts ? distrust : []),
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
