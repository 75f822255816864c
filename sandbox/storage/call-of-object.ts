/**
 * An extension begins with a letter, so that the counter in `<unix seconds>.<counter>` is none; the
 * lone dot is what a listing by prefix ends with.
 */
const RECORDING = /^call-recordings\/(.+?)(?:\.(?:[A-Za-z][A-Za-z0-9]{0,4})?)?$/;
const TRANSCRIPT = /^transcripts\/([^/]+)\//;

/** Returns the calls that an object belongs to by its name (or by a prefix of names): one or none. */
export function callsOfObject(name: string): string[] {
  const callSid = RECORDING.exec(name)?.[1] ?? TRANSCRIPT.exec(name)?.[1];
  return callSid === undefined ? [] : [callSid];
}
