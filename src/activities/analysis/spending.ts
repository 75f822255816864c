import { log as activityLog } from '@temporalio/activity';

import type { Call } from '../../generated/prisma/client.ts';
import type { NotesStore } from '../../clients/language-model/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { AnalysisAttemptRepository } from '../../repositories/analysis-attempt-repository.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';
import { toServiceError } from '../failure.ts';

export type SpendingDeps = {
  readonly database: Database;
  readonly analysisAttempts: AnalysisAttemptRepository;
};

/** What an attempt at an analysis spends on the language model. */
export type Spending = {
  readonly spend: NotesStore['spend'];
  /** What these tokens were paid for is stored. */
  keep(tokens: { readonly inputTokens: number; readonly outputTokens: number }): void;
  /** In the transaction that stores the analysis: nothing was spent in vain. */
  settle(tx: TransactionClient): Promise<void>;
};

// A model that fails eight times after having read a call will not manage it the ninth time.
const MAX_ATTEMPTS_IN_VAIN = 8;

/**
 * Does what may cost tokens, and notes what was spent if it fails. The note is made beforehand, so
 * that an attempt that is lost, or that fails together with the database, counts too. After eight
 * attempts that may have cost tokens in vain, the failure is final; refused ones cost nothing, and
 * only the step's time bounds them.
 */
export async function withSpending<T>(
  { database, analysisAttempts }: SpendingDeps,
  { call, attempt }: { readonly call: Call; readonly attempt: Attempt },
  work: (spending: Spending) => Promise<T>,
): Promise<T> {
  const { runId, activityId, number } = attempt;
  const key = { runId, activityId, attempt: number };
  const before = number === 1 ? 0 : await analysisAttempts.countBefore(key);
  if (before >= MAX_ATTEMPTS_IN_VAIN) throw spentInVain(before);
  await analysisAttempts.add({ ...key, callId: call.id });

  let inputTokens = 0;
  let outputTokens = 0;
  let mayBeMore = false;
  try {
    return await work({
      spend(cost) {
        if (cost === 'unknown') {
          mayBeMore = true;
          return;
        }
        inputTokens += cost.inputTokens;
        outputTokens += cost.outputTokens;
      },
      keep(tokens) {
        inputTokens -= tokens.inputTokens;
        outputTokens -= tokens.outputTokens;
      },
      settle: (tx) => analysisAttempts.remove(key, tx),
    });
  } catch (error) {
    const isInVain = mayBeMore || inputTokens + outputTokens > 0;
    try {
      if (isInVain) await analysisAttempts.update(key, { inputTokens, outputTokens });
      else await analysisAttempts.remove(key);
    } catch (unnoted) {
      // The failure itself matters more. The note from before still counts the attempt.
      activityLog.warn('What an attempt at an analysis has cost could not be noted.', {
        inputTokens,
        outputTokens,
        code: toServiceError(unnoted, database).code,
      });
    }
    const isLast = isInVain && before + 1 >= MAX_ATTEMPTS_IN_VAIN;
    throw isLast && !attempt.signal.aborted ? toServiceError(error, database).forGood() : error;
  }
}

function spentInVain(attempts: number): ServiceError {
  return new ServiceError(
    'MODEL_UNAVAILABLE',
    `Asking the language model failed: ${attempts} attempts that may have cost tokens ended without an answer.`,
    { retryable: false },
  );
}
