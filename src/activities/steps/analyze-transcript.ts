import type { Call, CallAnalysis, Transcript } from '../../generated/prisma/client.ts';
import type { CallAnalysisResult, LanguageModel } from '../../clients/language-model/client.ts';
import type { Outcome } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { transcriptSegments } from '../../domain/transcript.ts';
import { toTurns } from '../../domain/turns.ts';
import type { CallAnalysisRepository } from '../../repositories/call-analysis-repository.ts';
import type { CompanyRepository } from '../../repositories/company-repository.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import { completeAnalyzed, completeWithoutSpeech } from '../analysis/complete-call.ts';
import { describeAnalysis } from '../analysis/describe-analysis.ts';
import { createStoredNotes, type StoredNotesDeps } from '../analysis/stored-notes.ts';
import { withSpending, type Spending, type SpendingDeps } from '../analysis/spending.ts';
import type { Attempt, Note } from '../step/attempt.ts';
import { findCall } from '../step/call-row.ts';
import { defineStep, type StepDeps, type StepInput } from '../step/define-step.ts';
import { keepAlive } from '../step/keep-alive.ts';
import { sayWhenSlow } from '../step/say-when-slow.ts';
import { withinTime } from '../step/time-limit.ts';

export type AnalyzeTranscriptDeps = StepDeps &
  StoredNotesDeps &
  SpendingDeps & {
    readonly companies: CompanyRepository;
    readonly analyses: CallAnalysisRepository;
    readonly transcripts: TranscriptRepository;
    readonly languageModel: LanguageModel;
    /** The channel (1-based) on which the party that placed a call is heard. */
    readonly callerChannel: number;
  };

export type AnalyzeTranscriptResult = {
  readonly outcome: Outcome;
  readonly callAnalysisId: string | null;
};

// A night in which the language model is away. What an analysis has waited for a place is not part of it.
const GIVE_UP_AFTER_MS = 6 * 60 * 60 * 1000;

/** What an analysis is made from. */
type Subject = { readonly call: Call; readonly transcript: Transcript; readonly redo: boolean };

/**
 * Has the language model read the transcript, stores the analysis and completes the call, in one
 * transaction. A call without words is completed as NO_SPEECH, and no model is asked.
 */
export function createAnalyzeTranscript(deps: AnalyzeTranscriptDeps) {
  const { database, calls, companies, analyses, transcripts, languageModel, callerChannel } = deps;
  return defineStep(deps, {
    step: 'analyzeTranscript',
    // An analysis that waits for a place has not failed.
    failedEvent: (code) => (code === 'MODEL_QUEUED' ? null : 'ANALYSIS_FAILED'),

    async run({ callSid, redo }: StepInput, attempt): Promise<AnalyzeTranscriptResult> {
      const call = await findCall(calls, callSid);
      const transcript = await transcripts.findByCall(call.id);
      if (transcript === null) throw transcriptMissing();
      if (transcript.text === '') {
        return completeWithoutSpeech(deps, { call, attempt });
      }

      const subject = { call, transcript, redo };
      const stored = await findStored(subject);
      if (stored !== null) {
        return completeAnalyzed(deps, { call, attempt }, stored.id);
      }

      return withinTime(deps, { call, attempt, limitMs: GIVE_UP_AFTER_MS }, () =>
        withSpending(deps, { call, attempt }, async (spending) => {
          const analysis = await keepAlive(() => analyze(subject, attempt, spending));
          return database.transaction(async (tx) => {
            // First, as in every step: in another order, two of them could wait for each other.
            await attempt.lockCall(call, tx);
            const { id } = await analyses.findOrCreate(toRow(subject, analysis), tx);
            await spending.settle(tx);
            const before: Note[] = [
              { event: 'ANALYSIS_SUCCESS', message: describeAnalysis(analysis) },
            ];
            return completeAnalyzed(deps, { call, attempt, before, tx }, id);
          });
        }),
      );
    },
  });

  /** An analysis that need not be paid for again: of this transcript and this company. */
  function findStored({ call, transcript, redo }: Subject): Promise<CallAnalysis | null> {
    if (redo) return analyses.findByRun(call.id, call.runId);
    const { submissionId } = transcript;
    return analyses.findLatest({ callId: call.id, companyId: call.companyId, submissionId });
  }

  async function analyze(
    subject: Subject,
    attempt: Attempt,
    spending: Spending,
  ): Promise<CallAnalysisResult> {
    const { call, transcript, redo } = subject;
    const company = call.companyId === null ? null : await companies.findById(call.companyId);
    const segments = transcriptSegments.parse(transcript.segments);
    const text = {
      companyName: company?.name ?? null,
      phoneNumber: call.externalPhoneNumber,
      turns: toTurns(segments, { direction: call.direction, callerChannel }),
    };
    const { submissionId } = transcript;
    const notes = createStoredNotes(deps, { call, submissionId, redo, attempt, spending });
    return sayWhenSlow('the language model', () =>
      languageModel.analyze(text, notes, attempt.signal),
    );
  }
}

function toRow({ call, transcript }: Subject, analysis: CallAnalysisResult) {
  const { data, model, promptVersion, inputTokens, outputTokens, notesTokens } = analysis;
  return {
    data,
    model,
    promptVersion,
    inputTokens,
    outputTokens,
    chunkInputTokens: notesTokens.inputTokens,
    chunkOutputTokens: notesTokens.outputTokens,
    callId: call.id,
    companyId: call.companyId,
    submissionId: transcript.submissionId,
    runId: call.runId,
  };
}

function transcriptMissing(): ServiceError {
  return new ServiceError(
    'CALL_ROW_MISSING',
    'The transcript of the call was deleted while the call was being processed.',
  );
}
