import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { ServiceError } from '../../domain/service-error.ts';
import { toCallCost, type CallCost, type Prices } from '../../domain/call-cost.ts';
import type { CallAnalysisRepository } from '../../repositories/call-analysis-repository.ts';
import type { CallRepository, CallWithDetails } from '../../repositories/call-repository.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { SpeechOperationRepository } from '../../repositories/speech-operation-repository.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import type { CallRun, CallRuns } from '../../clients/temporal/call-runs.ts';
import { callStateOf } from '../call-state.ts';
import { callParams, callReply, logReply, transcriptReply } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { toCallReply, toLogReply, toTranscriptReply, type LinkBuilder } from '../views.ts';
import { noQuery } from '../closed-query.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';

export type ReadCallDeps = {
  readonly calls: CallRepository;
  readonly runs: CallRuns;
  readonly log: ProcessingLogRepository;
  readonly transcripts: TranscriptRepository;
  readonly speechOperations: SpeechOperationRepository;
  readonly analyses: CallAnalysisRepository;
  readonly prices: Prices;
  readonly linksOf: LinkBuilder;
  /** The channel (1-based) on which the party that placed a call is heard. */
  readonly callerChannel: number;
};

/** What is known about a call: its state, its log and what was said. */
export const readCallRoutes: FastifyPluginAsyncZod<ReadCallDeps> = async (app, deps) => {
  const { calls, runs, log, transcripts, linksOf, callerChannel } = deps;

  app.get(
    '/calls/:callSid',
    {
      schema: {
        ...about({
          name: 'readCall',
          tag: 'calls',
          summary: 'A call',
          does: 'Tells what is known of a call: how far it is, whose it is, what was found and what that cost. While Temporal is away, the database alone tells.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: callReply },
      },
    },
    async ({ params: { callSid }, log: logger }) => {
      const found = await calls.findWithDetails(callSid);
      if (found === null) throw await whyUnknown(callSid, runs);
      const [run, cost] = await Promise.all([
        findRunIfTemporalAnswers(runs, callSid, (error) =>
          logger.info(
            { code: error.code },
            `The row alone tells how the call is: ${error.message}`,
          ),
        ),
        costOf(found, deps),
      ]);
      // A run writes how it ends before it closes: if it is closed, the row of this moment is final.
      const isOpen = run !== null && !(run instanceof ServiceError) && run.isOpen;
      const call = (isOpen ? null : await calls.findWithDetails(callSid)) ?? found;
      return toCallReply(call, { state: callStateOf(call, run), cost }, { linksOf, callerChannel });
    },
  );

  app.get(
    '/calls/:callSid/log',
    {
      schema: {
        ...about({
          name: 'readCallLog',
          tag: 'calls',
          summary: "A call's log",
          does: 'Lists every attempt of every step of a call, oldest first.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: logReply },
      },
    },
    async ({ params }) => {
      const call = await calls.findByCallSid(params.callSid);
      if (call === null) throw await whyUnknown(params.callSid, runs);
      return toLogReply(await log.listByCall(call.id));
    },
  );

  app.get(
    '/calls/:callSid/transcript',
    {
      schema: {
        ...about({
          name: 'readTranscript',
          tag: 'calls',
          summary: 'What was said in a call',
          does: 'Gives the transcript of a call, in turns and in segments. There is none (404) before the recording is transcribed.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: transcriptReply },
      },
    },
    async ({ params }) => {
      const call = await calls.findByCallSid(params.callSid);
      if (call === null) throw await whyUnknown(params.callSid, runs);
      const transcript = await transcripts.findByCall(call.id);
      if (transcript === null) {
        throw new ServiceError('NOT_FOUND', `The call ${params.callSid} has no transcript yet.`);
      }
      return toTranscriptReply(transcript, { direction: call.direction, callerChannel });
    },
  );
};

/** The newest run of a call, or why Temporal does not answer. */
async function findRunIfTemporalAnswers(
  runs: CallRuns,
  callSid: string,
  onFailure: (error: ServiceError) => void,
): Promise<CallRun | null | ServiceError> {
  try {
    return await runs.look(callSid);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    onFailure(error);
    return error;
  }
}

/** What a call has used and costs so far, also in vain; `null` while it has used nothing. */
async function costOf(
  { id }: CallWithDetails,
  { transcripts, speechOperations, analyses, prices }: ReadCallDeps,
): Promise<CallCost | null> {
  const [billedSeconds, inVain, tokens] = await Promise.all([
    transcripts.billedSecondsOf(id),
    speechOperations.inVainOf(id),
    analyses.countTokens(id),
  ]);
  const isTranscribed = billedSeconds !== null || inVain.isAny;
  if (!isTranscribed && tokens.inputTokens + tokens.outputTokens === 0) return null;
  const speechSeconds = billedSeconds === 'unknown' ? null : (billedSeconds ?? 0) + inVain.seconds;
  return toCallCost({ speechSeconds, ...tokens, estimated: inVain.isAny }, prices);
}
