// Years that PostgreSQL reads in another way, or not at all, are no years of calls.

/** For the document: from 1970 to 9999. */
export const YEARS = String.raw`^(?:19[7-9]\d|[2-9]\d{3})-`;

/** Whether a time is from 1970 to 9999, also once it is in UTC. */
export function isOfCalls(date: Date): boolean {
  return date.getTime() >= 0 && date.getUTCFullYear() <= 9999;
}
