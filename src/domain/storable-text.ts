/** PostgreSQL refuses NUL and halves of surrogate pairs, and control characters are never intended. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * A text of another system in a form that the database accepts. Each control character, line breaks
 * included, becomes a space, because one character is no reason to stop a call.
 */
export function toStorable(text: string): string {
  return text.replace(UNSTORABLE, ' ');
}

/** Tells whether a text has characters that nobody means to send: controls other than white space. */
export function hasControlCharacters(text: string): boolean {
  return /[^\P{Cc}\s]|\p{Cs}/u.test(text);
}
