import { inWords, type ReasonedAnswers } from '../config/init/answers';
import { visible } from '../model/visible';
import { table } from './table';

/** The answers that `releaf init` goes by, and why each is what it is. */
export function answersText(answers: ReasonedAnswers): string {
  const { server, ...others } = answers;
  const rows = [
    ['serves TLS', inWords(server.value), server.why],
    ...Object.entries(others).map(([key, { value, why }]) => [key, value, why]),
  ];
  return table(
    ['QUESTION', 'ANSWER', 'WHY'],
    rows.map((row) => row.map(visible)),
  );
}
