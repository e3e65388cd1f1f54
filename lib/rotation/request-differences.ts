import { formatDuration } from '../config/duration';
import { ReleafError } from '../model/errors';
import type { Revision } from '../model/revision';
import { subjectLine } from '../model/subject-line';
import { visible } from '../model/visible';
import { readRequest, type CertificateRequest } from '../x509/certificate-request';

/** What a CertificateSigningRequest in the cluster asks for. Nobody vouches for any of it. */
export interface LiveRequestSpec {
  /** Base64 of the PEM. */
  readonly request?: unknown;
  readonly signerName?: unknown;
  readonly usages?: unknown;
  readonly expirationSeconds?: unknown;
}

/** What decides about the certificate that a request gets. */
export const COMPARED_FIELDS = ['request', 'signerName', 'usages', 'expirationSeconds'] as const;

/** One field of a live request that is not as committed. */
export interface RequestDifference {
  readonly field: (typeof COMPARED_FIELDS)[number];
  /** What the live one says and what ours says: one line, safe to print. */
  readonly text: string;
}

/**
 * Where a live request differs from the committed one. Only if there is none may it be approved, and a
 * certificate that stands in it be taken.
 */
export function requestDifferences(
  live: LiveRequestSpec,
  revision: Revision,
): readonly RequestDifference[] {
  const words: Readonly<Record<RequestDifference['field'], string | undefined>> = {
    request: requestWords(live.request, revision),
    signerName: differing(live.signerName, revision.record.signer),
    usages: usagesWords(live.usages, revision.record.usages),
    expirationSeconds: differing(live.expirationSeconds, revision.record.expirationSeconds),
  };
  return COMPARED_FIELDS.flatMap((field) => {
    const text = words[field];
    return text === undefined ? [] : [{ field, text: visible(shortened(text)) }];
  });
}

const LONGEST = 1000;

const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;

const shown = (value: unknown): string => {
  if (value === undefined) return 'none';
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
    return `${value} (${formatDuration(value)})`;
  }
  return typeof value === 'string' ? value || 'empty' : JSON.stringify(value);
};

function differing(live: unknown, committed: string | number): string | undefined {
  return live === committed ? undefined : `${shown(live)}, committed: ${shown(committed)}`;
}

/** As sets: their order says nothing. */
function usagesWords(live: unknown, committed: readonly string[]): string | undefined {
  if (!Array.isArray(live)) return `${shown(live)}, committed: ${committed.join(', ')}`;
  const more = live.filter((usage: unknown) => !(committed as readonly unknown[]).includes(usage));
  const missing = committed.filter((usage) => !live.includes(usage));
  if (more.length + missing.length === 0) return undefined;
  return [
    ...(more.length > 0 ? [`not committed: ${more.map(shown).join(', ')}`] : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
  ].join('; ');
}

function requestWords(live: unknown, { request, record }: Revision): string | undefined {
  if (live === Buffer.from(request).toString('base64')) return undefined;
  if (typeof live !== 'string') return 'missing';
  const found = readLive(Buffer.from(live, 'base64').toString());
  const ours = `committed: ${subjectLine(record.subject) || 'empty subject'}, public key ${record.publicKeySha256}`;
  if (typeof found === 'string') return `${found}; ${ours}`;
  const { names, publicKeySha256 } = found;
  const theirs = `another one, for ${subjectLine(names.subject) || 'empty subject'}, public key ${publicKeySha256}`;
  return publicKeySha256 === record.publicKeySha256
    ? `${theirs}; ${ours}; the key is the same, other bytes are not`
    : `${theirs}; ${ours}`;
}

/** The request, or why it is none. */
function readLive(pem: string): CertificateRequest | string {
  try {
    return readRequest(pem, 'it');
  } catch (error) {
    if (error instanceof ReleafError) return error.message;
    throw error;
  }
}
