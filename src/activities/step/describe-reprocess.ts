/** The processing log's sentence about a reprocess. */
export function describeReprocess(from: string, reason: string | null): string {
  return `Reprocessing from ${from} was requested${reason === null ? '.' : `: ${reason}`}`;
}
