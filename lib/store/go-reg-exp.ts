/** What RE2 and JavaScript read alike, piece by piece; `.` is translated. */
const PIECES =
  /\\[dDwWsSbB]|\\[tnrfv]|\\(?<literal>[^A-Za-z0-9])|(?<any>\.)|\((?:\?:|\?P?(?<name><[A-Za-z_]\w*>)|(?!\?))|\[\^?(?!\])(?:[^\\[\]]|\\[^A-Za-z0-9bB]|\\[dDwWsStnrfv])+\]|[)*+?|^$]|\{\d+(?:,\d*)?\}|[^\\.()[\]*+?|^${}]/uy;

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

/**
 * A regular expression of Go (RE2) as one of JavaScript, as far as both mean the same: what is beyond that is
 * refused, since a wrong match would be a wrong recipient.
 *
 * @returns undefined when JavaScript might read it otherwise
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function goRegExp(pattern: string): RegExp | undefined {
  const caseless = pattern.startsWith('(?i)');
  const source = caseless ? pattern.slice('(?i)'.length) : pattern;
  PIECES.lastIndex = 0;
  let translated = '';
  while (PIECES.lastIndex < source.length) {
    const match = PIECES.exec(source);
    if (!match) return undefined;
    const { literal, any, name } = match.groups ?? {};
    if (literal !== undefined) translated += SYNTAX.test(literal) ? `\\${literal}` : literal;
    else if (any !== undefined) translated += '[^\\n]';
    else if (name !== undefined) translated += `(?${name}`;
    else translated += match[0];
  }
  try {
    return new RegExp(translated, caseless ? 'iu' : 'u');
  } catch {
    return undefined;
  }
}
