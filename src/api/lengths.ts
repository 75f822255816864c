/**
 * Creates the check that a text has no more characters than `most`. They are counted as JSON Schema counts
 * them, and people: JavaScript's own length counts an emoji twice.
 */
export function hasAtMost(most: number) {
  return (text: string): boolean => text.length <= most || Array.from(text).length <= most;
}
