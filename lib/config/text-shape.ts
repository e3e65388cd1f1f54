/** What a text of the config must look like: for people, for the check, and for editors. */
export interface TextShape {
  /** `a duration is …, such as 90d` */
  readonly allowed: string;
  /** What is allowed instead, when the text does not have the shape. */
  readonly broken: (text: string) => string | undefined;
  /** The same for JSON Schema, as far as that can say it. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A shape that a regular expression says, with the flag u. */
export interface Pattern {
  readonly allowed: string;
  readonly pattern: string;
  /** Counted in UTF-16 units; longer texts are not even looked at. */
  readonly maxLength: number;
  /** What the writer may have meant: `did you mean "example.com"?` */
  readonly hint?: (text: string) => string | undefined;
  /** A limit that no pattern can say. */
  readonly beyond?: (text: string) => string | undefined;
}

export function textShape({ allowed, pattern, maxLength, hint, beyond }: Pattern): TextShape {
  const regExp = new RegExp(pattern, 'u');
  const fits = (text: string) => text.length <= maxLength && regExp.test(text);
  return {
    allowed,
    broken(text) {
      if (fits(text)) return beyond?.(text);
      const meant = text.length <= maxLength ? hint?.(text) : undefined;
      return meant === undefined ? allowed : `${allowed}; ${meant}`;
    },
    json: { pattern, maxLength },
  };
}

/** A hint for {@link Pattern}: the text, if it would be allowed. */
export const didYouMean = (text: string, allowed: RegExp) =>
  allowed.test(text) ? `did you mean "${text}"?` : undefined;
