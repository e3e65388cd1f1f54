import { Document, isScalar, visit } from 'yaml';
import type { WrittenCertificate } from '../written-config';

/** Lists that are no longer than this stand on one line. */
const LONGEST_FLOW = 60;

/**
 * An entry as it stands under `certificates:`, not indented: block style, short lists in brackets.
 *
 * @returns ends with a line feed
 */
export function entryYaml(name: string, entry: WrittenCertificate): string {
  const document = new Document({ [name]: entry });
  visit(document, {
    Seq(_, list) {
      const values = list.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
      list.flow = values.length === list.items.length && values.join(', ').length <= LONGEST_FLOW;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** A config that holds nothing but one entry. */
export function configYaml(name: string, entry: WrittenCertificate): string {
  return `version: 1\ncertificates:\n${indented(entryYaml(name, entry), 2)}`;
}

/** Moves every line in by so many columns. */
export const indented = (text: string, columns: number): string =>
  text.replace(/^(?=.)/gm, ' '.repeat(columns));
