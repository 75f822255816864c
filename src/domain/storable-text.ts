/** PostgreSQL refuses NUL and halves of surrogate pairs, and nobody means any control sign. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/gu;

/**
 * A text of another system as the database takes it: a space in the place of each sign that it
 * refuses, and of each line break, because one sign in a text is no reason to stop a call.
 */
export function toStorable(text: string): string {
  return text.replace(UNSTORABLE, ' ');
}
