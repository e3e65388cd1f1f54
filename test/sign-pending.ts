import { randomBytes } from 'node:crypto';
import { pendingRevision } from '../lib/model/revision';
import { readRecordedRequest } from '../lib/rotation/coherence';
import { openFolder, readFolder } from '../lib/store/folder';
import type { LocalCa } from '../lib/x509/local-ca';

/** Signs every pending request of a folder as it asks to be signed: the PEM of all leaves. */
export function signPending(root: string, ca: LocalCa, now: Date): string {
  return Array.from(readFolder(openFolder(root)), ({ spec, revisions }) => {
    const pending = pendingRevision(revisions);
    if (!pending) return '';
    const { usages, expirationSeconds } = pending.record;
    return ca.sign(readRecordedRequest(spec.name, pending), {
      usages,
      expirationSeconds,
      now,
      serialNumber: randomBytes(16),
    });
  }).join('');
}
