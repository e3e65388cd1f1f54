/** A file of the output that is not what the committed files give; its path is relative to the root. */
export type OutputDifference =
  | { readonly kind: 'missing' | 'changed'; readonly file: string; readonly text: string }
  /** Written by an earlier synth, no longer given. */
  | { readonly kind: 'stale'; readonly file: string }
  /** Somebody else's file stands where the output would go. */
  | { readonly kind: 'foreign'; readonly file: string };
