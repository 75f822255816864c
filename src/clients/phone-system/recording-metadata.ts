/** What the phone system says of a recording: texts exactly as it gave them, `null` when absent. */
export type RecordingMetadata = {
  /** The calling number, in whatever format the trunk used. */
  readonly snumber: string | null;
  /** The called number. */
  readonly cnumber: string | null;
  /** Who finally answered. */
  readonly dnumber: string | null;
  readonly calleridInternal: string | null;
  /** The start of the call; the phone system gives unix seconds. */
  readonly startedAt: Date | null;
  readonly mimeType: string | null;
};

/** Picks the metadata out of a reply's fields (a number's text is its decimal text). */
export function toMetadata(field: (name: string) => string | null): RecordingMetadata {
  return {
    snumber: field('snumber'),
    cnumber: field('cnumber'),
    dnumber: field('dnumber'),
    calleridInternal: field('callerid_internal'),
    startedAt: toDate(field('start')),
    mimeType: field('mimetype'),
  };
}

/** Ten digits of unix seconds reach to the year 2286, nine begin in 1973; 0 stands for "unknown". */
function toDate(seconds: string | null): Date | null {
  return seconds !== null && /^\d{9,10}(\.\d+)?$/.test(seconds)
    ? new Date(Number(seconds) * 1000)
    : null;
}
