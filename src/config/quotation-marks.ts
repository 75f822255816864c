/** Whether a value stands between two equal quotation marks, as an env file for Docker keeps them. */
export function isQuoted(value: string): boolean {
  return /^(["'`]).*\1$/s.test(value.trim());
}
