/**
 * A word of a command that a person may paste into a POSIX shell: quoted where the shell would read more
 * into it.
 */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
