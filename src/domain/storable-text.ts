/** PostgreSQL refuses NUL and halves of surrogate pairs, and control characters are never intended. */
const UNSTORABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Invisible characters that change how the text around them is shown, or that hide a text in it:
 * marks of direction, which the letters of Arabic and Hebrew do without, annotations, a byte order
 * mark and tags. The joiners of Persian, Hindi and emoji are not among them.
 */
const DISGUISING = /[\p{Bidi_Control}\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * A text of another system in a form that the database accepts and that shows what it says. Each
 * control character, line breaks included, becomes a space, because one character is no reason to
 * stop a call; a mark that is not seen and reorders or hides text is left out.
 */
export function toStorable(text: string): string {
  return text.replace(DISGUISING, '').replace(UNSTORABLE, ' ');
}

/**
 * Tells whether a text has characters that nobody means to send: controls other than white space,
 * and marks that reorder or hide text.
 */
export function hasControlCharacters(text: string): boolean {
  return /[^\P{Cc}\s]|\p{Cs}|[\p{Bidi_Control}\ufff9-\ufffb\u{e0000}-\u{e007f}]/u.test(text);
}
