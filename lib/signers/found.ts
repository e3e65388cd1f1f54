/** What a check found, for its message: the values that break a rule, or undefined without any. */
export function listed(values: readonly string[]): string | undefined {
  return values.length > 0 ? values.join(', ') : undefined;
}

/** What a check found where something else was wanted; `none` when it found nothing. */
export function listedOrNone(values: readonly string[]): string {
  return listed(values) ?? 'none';
}
