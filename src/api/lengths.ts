/**
 * Creates the check that a text has no more characters than `most`. They are counted as JSON Schema counts
 * them, and people: JavaScript's own length counts an emoji twice.
 */
export function hasAtMost(most: number) {
  return (text: string): boolean => text.length <= most || Array.from(text).length <= most;
}

/**
 * A pattern, for the document, of texts without the control characters that are refused wherever they are
 * (access/texts.ts). JSON Schema has no words for halves of characters.
 */
export const NO_CONTROLS = String.raw`^[^\u0000-\u0008\u000e-\u001f\u007f-\u009f]*$`;
