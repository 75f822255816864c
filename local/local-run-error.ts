/** What keeps the local run from starting, in one sentence that says what to do. */
export class LocalRunError extends Error {
  override readonly name = 'LocalRunError';
}
