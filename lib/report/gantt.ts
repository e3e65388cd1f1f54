/** A section of a chart, with its lines: `label :tags, from, until`. */
export interface GanttSection {
  readonly title: string;
  readonly bars: readonly string[];
}

/**
 * A chart of Mermaid, which GitHub and GitLab draw, in its fence. Times are as `minute` gives them. Viewers
 * draw the line of today themselves, so the text does not change from day to day.
 *
 * @see https://mermaid.js.org/syntax/gantt.html
 */
export const gantt = (sections: readonly GanttSection[]): string =>
  [
    '```mermaid',
    'gantt',
    ...[
      'dateFormat YYYY-MM-DD HH:mm',
      'axisFormat %Y-%m-%d',
      ...sections.flatMap(({ title, bars }) => [`section ${title}`, ...bars]),
    ].map((line) => `    ${line}`),
    '```',
  ].join('\n');

/**
 * Text as title of a section, or in the label of a bar: no syntax of Mermaid is left. A label must begin with
 * something else, since a bar named `title` would be a keyword.
 *
 * @see https://github.com/mermaid-js/mermaid/blob/develop/packages/mermaid/src/diagrams/gantt/parser/gantt.jison
 */
export const ganttLabel = (untrusted: string): string =>
  untrusted.replaceAll(/[^\p{L}\p{N} ./_-]/gu, '_');
