import type { SettledValue } from '../config/origins';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import {
  currentRevision,
  isIssued,
  type IssuedRevision,
  type Revision,
  type SealedKey,
} from '../model/revision';
import { differences } from '../rotation/accept-certificate';
import type { Problem } from '../rotation/coherence';
import { restartAnnotation } from '../rotation/restart';
import { secretToRead } from '../rotation/secret-name';
import { rulesOf, verdictsOf } from '../signers/check-request';
import { readCertificates } from '../x509/certificate';
import { readContents } from '../x509/certificate-contents';
import { readRequest } from '../x509/certificate-request';
import type {
  ExplainedCertificate,
  ExplainedRequest,
  ExplainedRestart,
  ExplainedRevision,
  ExplainedSealing,
  Explanation,
} from './explanation';
import type { StatusRow } from './status';

/** What is known of a certificate, read by the command. */
export interface Known {
  readonly spec: CertificateSpec;
  /** Each revision in the folder, oldest first; without content where it cannot be read. */
  readonly revisions: readonly { readonly number: number; readonly revision?: Revision }[];
  /** What does not hold together. */
  readonly problems: readonly Problem[];
  /** How it stands and why; absent when that cannot be told. */
  readonly status?: StatusRow & { readonly reason: string };
  readonly restart: readonly ExplainedRestart[];
  readonly origins: readonly SettledValue[];
}

/** Decodes and gathers all that is to be told; what cannot be decoded is left out. */
export function explain(known: Known): Explanation {
  const { spec, status, problems } = known;
  const revisions = known.revisions.flatMap(({ revision }) => revision ?? []);
  const newest = revisions.at(-1);
  const current = currentRevision(revisions);
  const request = newest && readable(() => requestOf(newest));
  const certificate = current && readable(() => certificateOf(current));
  const asked = newest?.record ?? spec;
  const { title, notes } = rulesOf(asked.signer);
  return {
    name: spec.name,
    profile: spec.profile,
    state: status?.state ?? 'broken',
    reason: status?.reason ?? problems[0]?.message ?? 'it cannot be read',
    next: status?.next ?? problems[0]?.hint ?? '-',
    problems,
    warnings: spec.warnings,
    revisions: known.revisions.map(({ number, revision }) =>
      revision ? inALine(revision, current) : { number, state: 'broken' as const, serves: false },
    ),
    ...(request && { request }),
    ...(certificate && { certificate }),
    ...(status?.renewAt && { renewAt: status.renewAt }),
    signer: {
      name: asked.signer,
      title,
      rules: verdictsOf({ ...asked, names: asked }).map(({ rule, found = null }) => {
        const { id, origin, text, source } = rule;
        return { id, origin, text, source, found };
      }),
      notes,
    },
    key: {
      algorithm: asked.key,
      keyPolicy: spec.keyPolicy,
      ...(spec.identity && { identity: spec.identity }),
    },
    secret: { ...spec.secret, name: secretToRead(revisions) ?? spec.secret.name },
    ...(newest && { sealedKey: sealingOf(newest.sealedKey) }),
    restart: {
      annotation: restartAnnotation(spec.name),
      places: known.restart,
      objects: spec.restartObjects,
      references: spec.references,
    },
    origins: known.origins,
  };
}

/** What was read, unless it cannot be; why not is among the problems. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReleafError) return undefined;
    throw error;
  }
}

function inALine(revision: Revision, current: Revision | undefined): ExplainedRevision {
  const { number, record, sealedKey, withdrawn } = revision;
  const { objectName, requestedAt, reason, publicKeySha256 } = record;
  const issued = isIssued(revision);
  const leaf = issued
    ? readable(() => readCertificates(revision.certificate, 'certificate.pem')[0])
    : undefined;
  const standing = issued ? ('issued' as const) : ('pending' as const);
  return {
    number,
    state: issued && !leaf ? 'broken' : withdrawn ? 'withdrawn' : standing,
    serves: revision === current,
    objectName,
    requestedAt,
    reason,
    publicKeySha256,
    secret: `${sealedKey.namespace}/${sealedKey.name}`,
    ...(leaf && {
      serialNumber: leaf.serialNumber,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter,
    }),
  };
}

function requestOf({ number, request: pem, record }: Revision): ExplainedRequest {
  const { names, key, publicKeySha256 } = readRequest(pem, 'request.pem');
  const { objectName, signer, usages, expirationSeconds, requestedAt, reason } = record;
  return {
    revision: number,
    objectName,
    signer,
    ...names,
    usages,
    expirationSeconds,
    key: key ?? 'unknown',
    publicKeySha256,
    requestedAt,
    reason,
  };
}

function certificateOf(revision: IssuedRevision): ExplainedCertificate | undefined {
  const [leaf, ...behind] = readCertificates(revision.certificate, 'certificate.pem');
  if (!leaf) return undefined;
  const { names, usages, unnamedPurposes, otherAltNames, ...contents } = readContents(leaf.der);
  const { subjectKeyId, authorityKeyId } = contents;
  return {
    revision: revision.number,
    serialNumber: leaf.serialNumber,
    issuer: leaf.issuer,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    ...names,
    otherAltNames,
    usages: [...usages, ...unnamedPurposes],
    publicKeySha256: leaf.publicKeySha256,
    sha256: leaf.sha256,
    ...(subjectKeyId !== undefined && { subjectKeyId }),
    ...(authorityKeyId !== undefined && { authorityKeyId }),
    chain: behind.map(({ subject, notAfter, sha256 }) => ({ subject, notAfter, sha256 })),
    differences: differences(leaf, revision),
  };
}

function sealingOf(sealedKey: SealedKey): ExplainedSealing {
  const { namespace, name, item } = sealedKey;
  const target = { namespace, name, item };
  switch (sealedKey.sealing) {
    case 'sealed-secrets': {
      const { sealing, scope, sealingCertificateSha256 } = sealedKey;
      return { sealing, scope, sealingCertificateSha256, ...target };
    }
    case 'sops': {
      const { sealing, age, lastModified, version } = sealedKey;
      const recipients = age.map(({ recipient }) => recipient);
      return { sealing, recipients, lastModified, version, ...target };
    }
    case 'plaintext':
      return { sealing: sealedKey.sealing, ...target };
  }
}
