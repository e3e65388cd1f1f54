import { ReleafError } from '../../model/errors';
import type { Revision } from '../../model/revision';
import { readRecordedRequest } from '../../rotation/coherence';
import { nothingPending, waitingOf, type Waiting } from '../../rotation/waiting';
import { readCas } from '../../store/ca-file';
import { readCertificate, type Folder } from '../../store/folder';
import { attemptEach, type Attempts } from './attempts';
import type { Context } from '../context';
import { select } from '../selection';
import { typed } from '../typed';

/**
 * The pending revisions whose requests are the cluster's business, each read and found coherent.
 *
 * @param names - as given on the command line; none means all that is pending
 * @throws ReleafError CERTIFICATE_UNKNOWN; what is wrong with one certificate is among the failures
 */
export async function pendingRequests(
  context: Context,
  folder: Folder,
  names: readonly string[],
): Promise<Attempts<Waiting>> {
  const items = select(folder, names).map((spec) => ({ spec }));
  const { done, failed } = await attemptEach(context, items, ({ spec }): readonly Waiting[] => {
    const { revisions } = readCertificate(folder, spec);
    const [waiting] = waitingOf(spec, revisions);
    if (!waiting) {
      if (names.length > 0) tellIdle(context, spec.name, revisions);
      return [];
    }
    if (waiting.pending.record.signer === 'local') {
      const next = typed(context, `sign ${spec.name} --ca DIR`);
      if (names.length > 0) throw signedHere(spec.name, next);
      context.note(`left out: ${spec.name}: its signer is local; ${next}`);
      return [];
    }
    readRecordedRequest(spec.name, waiting.pending);
    readCas(folder, spec);
    return [waiting];
  });
  return { done: done.flat(), failed };
}

/**
 * Of what is issued there is nothing left to do; of what never was, or was taken back, there is.
 *
 * @throws ReleafError NOTHING_PENDING
 */
function tellIdle({ note }: Context, name: string, revisions: readonly Revision[]): void {
  const newest = revisions.at(-1);
  if (!newest || newest.withdrawn) throw nothingPending(name, revisions);
  note(`${name}: revision ${newest.number} is issued already`);
}

/** Refuses to look in the cluster for what a CA on disk signs. */
export const signedHere = (name: string, next: string): ReleafError =>
  new ReleafError(
    'REQUEST_MISSING',
    `${name}: its signer is local, a CA on disk, so there is no request in the cluster`,
    `sign it: ${next}`,
  );
