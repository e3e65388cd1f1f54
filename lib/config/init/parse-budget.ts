/** What is parsed at most. Time goes by documents as much as by bytes. */
const MOST = { bytes: 4 * 1024 * 1024, documents: 10_000 };

/**
 * The first of these YAML texts that are parsed within a few seconds.
 *
 * @returns `cut` where some are left out
 */
export function parsedAtMost<File extends { readonly text: string }>(
  files: readonly File[],
): { readonly parsed: readonly File[]; readonly cut: boolean } {
  const left = { ...MOST };
  const parsed = files.filter(({ text }) => {
    const documents = (text.match(/^---/gm)?.length ?? 0) + 1;
    if (text.length > left.bytes || documents > left.documents) return false;
    left.bytes -= text.length;
    left.documents -= documents;
    return true;
  });
  return { parsed, cut: parsed.length < files.length };
}
