/** Why the local run cannot start; the message also says what to do. */
export class LocalRunError extends Error {
  override readonly name = 'LocalRunError';
}
