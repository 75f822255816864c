import { toStorable } from '../../domain/storable-text.ts';

/**
 * What the phone system says about a recording: its own texts, except for characters that the
 * database refuses; `null` when absent.
 */
export type RecordingMetadata = {
  /** The calling number, in whatever format the trunk used. */
  readonly snumber: string | null;
  /** The called number. */
  readonly cnumber: string | null;
  /** The number that finally answered. */
  readonly dnumber: string | null;
  readonly calleridInternal: string | null;
  /** The start of the call; the phone system gives unix seconds. */
  readonly startedAt: Date | null;
  readonly mimeType: string | null;
};

/** Picks the metadata out of a reply's fields (a number's text is its decimal text). */
export function toMetadata(field: (name: string) => string | null): RecordingMetadata {
  const text = (name: string) => {
    const value = field(name);
    return value === null ? null : toStorable(value);
  };
  return {
    snumber: text('snumber'),
    cnumber: text('cnumber'),
    dnumber: text('dnumber'),
    calleridInternal: text('callerid_internal'),
    startedAt: toDate(field('start')),
    mimeType: text('mimetype'),
  };
}

/** Ten digits of unix seconds reach to the year 2286, nine begin in 1973; 0 stands for "unknown". */
function toDate(seconds: string | null): Date | null {
  return seconds !== null && /^\d{9,10}(\.\d+)?$/.test(seconds)
    ? new Date(Number(seconds) * 1000)
    : null;
}
