import { table } from '../../lib/report/table';

it('aligns columns, whatever the width of their characters and their colour', () => {
  const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
  const rows = [
    ['prod', red('expired'), 'now'],
    ['本番', 'ok', ''],
    ['u\u0308ber', '', 'x'],
    ['🚀', 'pending', 'y'],
  ];
  expect(table(['FOLDER', 'STATE', 'NEXT'], rows).split('\n')).toEqual([
    'FOLDER  STATE    NEXT',
    `prod    ${red('expired')}  now`,
    '本番    ok',
    'u\u0308ber             x',
    '🚀      pending  y',
  ]);
});

it('is the head alone where there are no rows', () => {
  expect(table(['NAME', 'STATE'], [])).toBe('NAME  STATE');
});
