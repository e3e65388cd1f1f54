import { visible } from '../model/visible';

/**
 * Markdown of GitHub and GitLab around text that nobody vouches for. Escaping the syntax is not enough:
 * after rendering, both make links, mentions and references of what is left, and what closes an issue.
 * Between the characters of such a word goes a zero width space, as Renovate and Dependabot do.
 *
 * @see https://github.github.com/gfm/
 * @see https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */
const BREAK = '&#8203;';

/** What is syntax of Markdown, HTML or mathematics wherever it stands. */
const SYNTAX = /[\\`*_{}[\]<>#|~&@$^%]/g;

/** What is syntax where a line begins: lists, headings, rules, and the quick actions of GitLab. */
const AT_START = /^(?:[-+=:/]|\d+(?=[.)]))/;

const entity = (character: string): string => `&#${character.codePointAt(0) ?? 0};`;

/** Behind what a forge takes for a mention, a reference, an address, an emoji or a commit. A time of day is none. */
const REFERENCE =
  /[@#!~%$&^*]|:(?=[\w/+-])(?!(?<=\d\d:)\d\d(?!\d))|\b[wW]{3}\.|\b(?:[gG][hH]|[A-Z][A-Z0-9_]+)-(?=\d)|\b(?=\d*[a-f])[\da-f]{6}(?=[\da-f]{1,34}\b)/g;

/**
 * Text as one line of Markdown that shows just that text: no syntax, no HTML, no mention, link, reference or
 * closing word. It may stand in a paragraph, a table, a heading or an HTML element.
 */
export function markdownText(untrusted: string): string {
  return visible(untrusted)
    .replace(REFERENCE, '$&\u200b')
    .replace(SYNTAX, entity)
    .replace(AT_START, (start) => start.replace(/./g, entity))
    .replaceAll('\u200b', BREAK);
}

/**
 * What GitLab closes issues by, which it looks for in the text before it is rendered, in code as well: a
 * reference, an address, an issue of Jira.
 *
 * @see https://docs.gitlab.com/user/project/issues/managing_issues/#closing-issues-automatically
 */
const CLOSED = /#|:\/\/|[A-Z][A-Z0-9_]+-\d/;

/**
 * Text as code on one line: what people copy, such as names, serial numbers and commands. Forges make no
 * references in code. What would end the code or a cell of a table, or close an issue, is spelt out as HTML.
 */
export function codeSpan(untrusted: string): string {
  const text = visible(untrusted);
  if (text !== '' && !/[`|\\]|^\s|\s$/.test(text) && !CLOSED.test(text)) return `\`${text}\``;
  return `<code>${text.replace(/[^\p{L}\p{N} ]/gu, entity)}</code>`;
}

/** Several as code, in a row. */
const codeSpans = (untrusted: readonly string[]): string => untrusted.map(codeSpan).join(', ');

/**
 * A table of Markdown. Cells are Markdown already ({@link markdownText}, {@link codeSpan}); one that still has
 * a bare `|` or a line break stays one cell.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '&#124;').replace(/\r?\n|\r/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * A block that is folded until somebody opens it.
 *
 * @param summary - Markdown of one line without code spans: HTML is around it
 * @param body - Markdown
 */
export const folded = (summary: string, body: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** A sentence for both: machines and terminals, and pull requests. */
export interface Words {
  readonly plain: string;
  readonly markdown: string;
}

/** A sentence whose values nobody vouches for: they are code in Markdown. Numbers and sentences stay as they are. */
export function words(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | Words)[]
): Words {
  const join = (form: keyof Words): string =>
    texts.reduce((sum, text, index) => {
      const value = values[index - 1] ?? '';
      if (typeof value === 'object') return sum + value[form] + text;
      const isCode = form === 'markdown' && typeof value === 'string' && value !== '';
      return sum + (isCode ? codeSpan(value) : String(value)) + text;
    });
  return { plain: visible(join('plain')), markdown: join('markdown') };
}

/** A sentence that somebody else wrote. */
export const prose = (untrusted: string): Words => ({
  plain: visible(untrusted),
  markdown: markdownText(untrusted),
});

/** Values in a row; of many only the first. */
export function wordList(values: readonly string[], most = 10): Words {
  const shown = values.slice(0, most);
  const more = values.length > most ? ` and ${values.length - most} more` : '';
  return { plain: visible(shown.join(', ')) + more, markdown: codeSpans(shown) + more };
}
