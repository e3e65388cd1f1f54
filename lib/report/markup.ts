import { visible } from '../model/visible';

/** HTML or SVG in which every text is escaped. */
export interface Markup {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What stands between the tags: a text is escaped, and what would hide or reorder it is spelt out. */
type Content = string | number | Markup | readonly Markup[] | undefined;

/**
 * A template of HTML: what is put in is text, in an element or between quotes, unless it is markup itself.
 * So nothing that somebody else wrote can become a tag.
 */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? '';
  contents.forEach((content, index) => {
    text += written(content) + (parts[index + 1] ?? '');
  });
  return { markup: text };
}

/** Text that is ours, such as a style sheet, as it is. */
export const verbatim = (text: string): Markup => ({ markup: text });

function written(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') {
    return visible(content).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  }
  if ('markup' in content) return content.markup;
  return content.map((one) => one.markup).join('');
}
