/**
 * Spells out what a shell makes of `-C clusters/*`: each further word directly behind it that has a slash
 * is a folder too. No name of a certificate has one, so `-C prod kes` means folder and name.
 *
 * @param argv - the arguments after the program's name
 */
export function spellOutFolders(argv: readonly string[]): readonly string[] {
  const spelt: string[] = [];
  let expected: 'value' | 'more' | undefined;
  for (const [index, word] of argv.entries()) {
    if (expected === 'value') {
      spelt.push(word);
      expected = 'more';
    } else if (word === '--') {
      return [...spelt, ...argv.slice(index)];
    } else if (expected === 'more' && word.includes('/') && !word.startsWith('-')) {
      spelt.push('-C', word);
    } else {
      spelt.push(word);
      if (word === '-C' || word === '--folder') expected = 'value';
      else expected = /^(?:-C|--folder=)/.test(word) ? 'more' : undefined;
    }
  }
  return spelt;
}
