import { formatDuration } from '../config/duration';
import type { RequestRecord } from '../model/revision';
import { subjectLine } from '../model/subject-line';
import { altNamesOf } from '../rotation/issued-chain';

/** Who is asked for what, and for whom: signer, lifetime, subject and names, a line each. */
export const askedLines = (record: RequestRecord): readonly string[] => [
  `signer   ${record.signer}, for ${formatDuration(record.expirationSeconds)}`,
  `subject  ${subjectLine(record.subject) || 'empty'}`,
  ...altNamesOf(record).map((name, index) => `${index ? '     ' : 'names'}    ${name}`),
];
