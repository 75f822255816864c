/**
 * An extension begins with a letter, so that the counter in `<unix seconds>.<counter>` does not count
 * as one; the prefix of a listing ends with the dot. What follows a tilde tells a call's recordings
 * apart.
 */
const RECORDING = /^call-recordings\/(.+?)(?:~[0-9a-f]+)?(?:\.(?:[A-Za-z][A-Za-z0-9]{0,4})?)?$/;
const TRANSCRIPT = /^transcripts\/([^/]+)\//;

/** Returns the call that an object's name (or a prefix of names) belongs to, or an empty list. */
export function callsOfObject(name: string): string[] {
  const callSid = RECORDING.exec(name)?.[1] ?? TRANSCRIPT.exec(name)?.[1];
  return callSid === undefined ? [] : [callSid];
}
