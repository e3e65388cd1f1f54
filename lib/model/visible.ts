// What a terminal or a CI log might obey, or what would hide or reorder text: controls, lone
// surrogates, formatting characters (bidi marks, zero widths), line and paragraph separators, and what is
// drawn as nothing (fillers, variation selectors, the blank of Braille).
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;
const UNPRINTABLE_BUT_NEWLINES =
  /(?!\n)[\p{Cc}\p{Cs}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

const escape = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`;

/** Text that nobody vouches for, so that it may stand on one line: whatever would act is spelt out. */
export const visible = (text: string): string => text.replaceAll(UNPRINTABLE, escape);

/** As {@link visible}, but lines stay lines: for text that is several lines by design. */
export const visibleLines = (text: string): string =>
  text.replaceAll(UNPRINTABLE_BUT_NEWLINES, escape);
