import type { Call, CallAnalysis, Transcript } from '../../generated/prisma/client.ts';
import type { CallAnalysisResult, LanguageModel } from '../../clients/language-model/client.ts';
import type { Outcome } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { toTurns } from '../../domain/turns.ts';
import type { CallAnalysisRepository } from '../../repositories/call-analysis-repository.ts';
import type { CompanyRepository } from '../../repositories/company-repository.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import { transcriptSegments } from '../../domain/transcript.ts';
import type { StepInput } from './archive-recording.ts';
import { findCall, superseded } from '../step/call-row.ts';
import { keepAlive } from '../step/keep-alive.ts';
import { runStep, type Attempt, type RunStepDeps } from '../step/define-step.ts';
import { createStoredNotes, type StoredNotesDeps } from '../analysis/stored-notes.ts';

export type AnalyzeTranscriptDeps = RunStepDeps &
  StoredNotesDeps & {
    readonly database: Database;
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

/**
 * Has the language model read the transcript, stores what it made of it and completes the call, in
 * one transaction. A call without words is completed as NO_SPEECH and no model is asked.
 */
export function createAnalyzeTranscript(deps: AnalyzeTranscriptDeps) {
  const { database, calls, companies, analyses, transcripts, log, languageModel } = deps;
  const { callerChannel } = deps;
  return ({ callSid, redo }: StepInput): Promise<AnalyzeTranscriptResult> =>
    runStep(
      deps,
      'analyzeTranscript',
      callSid,
      () => 'ANALYSIS_FAILED',
      async (attempt) => {
        const call = await findCall(calls, callSid);
        const transcript = await transcripts.findByCall(call.id);
        if (transcript === null) throw transcriptMissing();
        if (transcript.text === '') return completeWithoutSpeech(call, attempt);

        const stored = await findStored(call, transcript, redo);
        if (stored !== null) {
          return database.transaction((tx) => complete(call, stored, attempt, tx));
        }

        const company = call.companyId === null ? null : await companies.findById(call.companyId);
        const { direction } = call;
        const turns = toTurns(transcriptSegments.parse(transcript.segments), {
          direction,
          callerChannel,
        });
        const analysis = await keepAlive(() =>
          languageModel.analyze(
            { companyName: company?.name ?? null, phoneNumber: call.externalPhoneNumber, turns },
            createStoredNotes(deps, call, transcript.submissionId, redo),
            attempt.signal,
          ),
        );
        return database.transaction(async (tx) => {
          const { data, model, promptVersion, inputTokens, outputTokens, notesTokens } = analysis;
          const counted = await analyses.findOrCreate(
            {
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
            },
            tx,
          );
          await log.create(
            attempt.logRow({
              callId: call.id,
              companyId: call.companyId,
              status: 'LOG_INFO',
              event: 'ANALYSIS_SUCCESS',
              message: describe(analysis),
            }),
            tx,
          );
          return complete(call, counted, attempt, tx);
        });
      },
    );

  /** An analysis that need not be paid for again: of this transcript and this company. */
  async function findStored(
    call: Call,
    transcript: Transcript,
    redo: boolean,
  ): Promise<CallAnalysis | null> {
    if (redo) return analyses.findByRun(call.id, call.runId);
    return analyses.findLatest({
      callId: call.id,
      companyId: call.companyId,
      submissionId: transcript.submissionId,
    });
  }

  async function complete(
    call: Call,
    analysis: CallAnalysis,
    attempt: Attempt,
    tx: TransactionClient,
  ): Promise<AnalyzeTranscriptResult> {
    await finish(call, attempt, { outcome: 'ANALYZED', callAnalysisId: analysis.id }, tx);
    const entry = { callId: call.id, companyId: call.companyId, status: 'LOG_SUCCESS' } as const;
    await log.create(
      attempt.logRow({
        ...entry,
        event: 'ANALYSIS_SAVED',
        message: `The analysis ${analysis.id} counts.`,
      }),
      tx,
    );
    await log.create(
      attempt.logRow({ ...entry, event: 'JOB_COMPLETED', message: 'Processing completed.' }),
      tx,
    );
    return { outcome: 'ANALYZED', callAnalysisId: analysis.id };
  }

  function completeWithoutSpeech(call: Call, attempt: Attempt): Promise<AnalyzeTranscriptResult> {
    return database.transaction(async (tx) => {
      await finish(call, attempt, { outcome: 'NO_SPEECH', callAnalysisId: null }, tx);
      const entry = { callId: call.id, companyId: call.companyId } as const;
      await log.create(
        attempt.logRow({
          ...entry,
          status: 'LOG_INFO',
          event: 'NO_SPEECH',
          message: 'There are no words in the recording, so there is nothing to analyse.',
        }),
        tx,
      );
      await log.create(
        attempt.logRow({
          ...entry,
          status: 'LOG_SUCCESS',
          event: 'JOB_COMPLETED',
          message: 'Processing completed without speech.',
        }),
        tx,
      );
      return { outcome: 'NO_SPEECH', callAnalysisId: null };
    });
  }

  /** Marks the call COMPLETED. Its window runs from the first start to this completion. */
  async function finish(
    call: Call,
    attempt: Attempt,
    result: { outcome: Outcome; callAnalysisId: string | null },
    tx: TransactionClient,
  ): Promise<void> {
    const endTime = await calls.now(tx);
    const finished = await calls.changeStatus(
      call.id,
      attempt.transition,
      {
        ...result,
        callStatus: 'COMPLETED',
        endTime,
        duration: Math.round((endTime.getTime() - call.startTime.getTime()) / 1000),
        failedStep: null,
        failureCode: null,
        failureMessage: null,
      },
      tx,
    );
    if (!finished) throw superseded('analyzeTranscript');
  }
}

function describe(analysis: CallAnalysisResult): string {
  const { model, promptVersion, inputTokens, outputTokens, parts, leftOut } = analysis;
  return [
    `Analysed by ${model} with prompt ${promptVersion}: ${inputTokens} tokens read, ${outputTokens} written.`,
    ...(parts === 1 ? [] : [`Read in ${parts} parts.`]),
    ...(leftOut === 0
      ? []
      : [`Left out because nobody said it: ${leftOut} quotes, times or names.`]),
  ].join(' ');
}

function transcriptMissing(): ServiceError {
  return new ServiceError(
    'CALL_ROW_MISSING',
    'The transcript of the call is gone: somebody deleted it while the call was being processed.',
  );
}
