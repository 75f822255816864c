import type { Call } from '../../generated/prisma/client.ts';
import type { AcceptMismatch } from '../../clients/phone-system/client.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Attempt } from '../step/attempt.ts';
import { earlierCorrupt, isSameAgain } from './failed-fetch.ts';

export type AcceptMismatchDeps = {
  readonly log: ProcessingLogRepository;
  /** RECORDING_INTEGRITY: what happens to audio that is not as the phone system describes it. */
  readonly recordingIntegrity: 'strict' | 'warn';
};

/**
 * Which audio is archived although its size or sha1 is not as stated: none where the rule is strict.
 * Otherwise what cannot be compared, what is archived already, and what came three times in the very
 * same bytes: that is no damaged transfer.
 */
export async function mismatchRule(
  { log, recordingIntegrity }: AcceptMismatchDeps,
  { sha256: archived }: Pick<Call, 'sha256'>,
  attempt: Attempt,
): Promise<AcceptMismatch> {
  if (recordingIntegrity === 'strict') return () => false;
  const earlier = await earlierCorrupt(log, attempt);
  return ({ kind, sha256 }) =>
    kind === 'malformed' || sha256 === archived || isSameAgain(earlier, sha256);
}
