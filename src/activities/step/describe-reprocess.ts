import { toStorable } from '../../domain/storable-text.ts';

/** The processing log's sentence about a reprocess. Runs of older code pass a reason on as it was sent. */
export function describeReprocess(from: string, reason: string | null): string {
  const why = reason === null ? '.' : `: ${toStorable(reason)}`;
  return `Reprocessing from ${from} was requested${why}`;
}
