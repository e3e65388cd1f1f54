/** A line end of LF alone, or a CR that ends no line. */
const OTHER_LINE_END = /(?<!\r)\n|\r(?!\n)/;

/**
 * A text of releaf's as it wrote it, with LF. Git gives every line end of a checkout as CRLF where
 * `core.autocrlf` says so, and the bytes of a certificate are those of its Secret. A text with other line
 * ends beside CRLF is no such checkout, and stays as it is.
 *
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreautocrlf
 */
export const withoutCarriageReturns = (text: string): string =>
  text.includes('\r') && !OTHER_LINE_END.test(text) ? text.replaceAll('\r\n', '\n') : text;
