/** The status of a call, in the database and in the search attribute `CallStatus`. */
export const CALL_STATUSES = ['PROCESSING', 'COMPLETED', 'FAILED'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** The outcome of a completed call. `NO_SPEECH`: there were no words, so nothing was analysed. */
export const OUTCOMES = ['ANALYZED', 'NO_SPEECH'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What is known about the caller's company. Only `MATCHED` comes with a company. */
export const COMPANY_MATCHES = ['MATCHED', 'AMBIGUOUS', 'UNKNOWN', 'WITHHELD', 'INTERNAL'] as const;
export type CompanyMatch = (typeof COMPANY_MATCHES)[number];

/** The direction of the call, from the point of view of the MSP. */
export const DIRECTIONS = ['inbound', 'outbound', 'internal'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What identifies a recording in the phone system. `callSid` is its `callRecordingId`. */
export type CallKey = {
  readonly callSid: string;
  readonly recordgroup: string;
  readonly recordid: string;
};

/**
 * The form of callSid, recordgroup and recordid. They become workflow ids and object names, so
 * nothing is accepted that could leave a folder or break a header. A real callSid is
 * `<unix seconds>.<counter>`.
 */
export const CALL_KEY_PART = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Tells whether a text may be a callSid, recordgroup or recordid. */
export function isCallKeyPart(text: string): boolean {
  return CALL_KEY_PART.test(text);
}

/**
 * The moment a recording was made, read from the unix seconds in its callSid
 * (`<unix seconds>.<counter>`); `null` when the id does not have that form.
 */
export function recordedAtOf(callSid: string): Date | null {
  const match = /^(\d{9,10})(?:\.\d+)?$/.exec(callSid);
  return match?.[1] === undefined ? null : new Date(Number(match[1]) * 1000);
}
