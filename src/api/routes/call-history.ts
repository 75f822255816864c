import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import type { Call, EarlierTranscript, Transcript } from '../../generated/prisma/client.ts';
import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import { transcriptSegments } from '../../domain/transcript.ts';
import { renderTurns, toTurns, type TurnRules } from '../../domain/turns.ts';
import type {
  AnalysisWithCompany,
  CallAnalysisRepository,
} from '../../repositories/call-analysis-repository.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import {
  analysesReply,
  transcriptsReply,
  type AnalysesReply,
  type TranscriptsReply,
} from '../history-schemas.ts';
import { callParams } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { noQuery } from '../closed-query.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';

export type CallHistoryDeps = {
  readonly calls: Pick<CallRepository, 'findByCallSid'>;
  readonly runs: CallRuns;
  readonly transcripts: Pick<TranscriptRepository, 'findByCall' | 'listEarlier'>;
  readonly analyses: Pick<CallAnalysisRepository, 'listWithCompany'>;
  /** The channel (1-based) on which the party that placed a call is heard. */
  readonly callerChannel: number;
};

/** All transcripts and analyses that a call has ever had, oldest first, with what each was made by. */
export const callHistoryRoutes: FastifyPluginAsyncZod<CallHistoryDeps> = async (
  app,
  { calls, runs, transcripts, analyses, callerChannel },
) => {
  async function find(callSid: string): Promise<Call> {
    const call = await calls.findByCallSid(callSid);
    if (call === null) throw await whyUnknown(callSid, runs);
    return call;
  }

  app.get(
    '/calls/:callSid/transcripts',
    {
      schema: {
        ...about({
          name: 'listTranscripts',
          tag: 'calls',
          summary: 'Every transcript of a call',
          does: 'Lists all transcripts that a call has ever had, oldest first, with what each was made by.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: transcriptsReply },
      },
    },
    async ({ params }) => {
      const { id, direction } = await find(params.callSid);
      const [earlier, current] = await Promise.all([
        transcripts.listEarlier(id),
        transcripts.findByCall(id),
      ]);
      const rules = { direction, callerChannel };
      return {
        transcripts: [
          ...earlier.map((one) => toItem(one, one.madeAt, rules)),
          ...(current === null
            ? []
            : [{ ...toItem(current, current.updatedAt, rules), isCurrent: true }]),
        ],
      };
    },
  );

  app.get(
    '/calls/:callSid/analyses',
    {
      schema: {
        ...about({
          name: 'listAnalyses',
          tag: 'calls',
          summary: 'Every analysis of a call',
          does: 'Lists all analyses that a call has ever had, oldest first, with what each was made by.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: analysesReply },
      },
    },
    async ({ params }) => {
      const { id, callAnalysisId } = await find(params.callSid);
      const [made, earlier, current] = await Promise.all([
        analyses.listWithCompany(id),
        transcripts.listEarlier(id),
        transcripts.findByCall(id),
      ]);
      const languages = new Map(
        [...earlier, ...(current === null ? [] : [current])].map((one) => [
          one.submissionId,
          one.languageCode,
        ]),
      );
      return {
        analyses: made.map((one) => ({
          ...toAnalysisItem(one, languages.get(one.submissionId) ?? null),
          isCurrent: one.id === callAnalysisId,
        })),
      };
    },
  );
};

const provided = z.object({ provider: z.string() });

function toItem(
  transcript: EarlierTranscript | Transcript,
  madeAt: Date,
  rules: TurnRules,
): TranscriptsReply['transcripts'][number] {
  const { runId, model, languageCode, billedSeconds, submissionId, recognition } = transcript;
  const known = provided.safeParse(recognition);
  return {
    isCurrent: false,
    at: madeAt.toISOString(),
    runId,
    provider: known.success ? known.data.provider : null,
    model,
    languageCode,
    billedSeconds,
    submissionId,
    text: renderTurns(toTurns(transcriptSegments.parse(transcript.segments), rules)),
    recognition,
  };
}

function toAnalysisItem(
  { createdAt, data, company, ...analysis }: AnalysisWithCompany,
  languageCode: string | null,
): Omit<AnalysesReply['analyses'][number], 'isCurrent'> {
  const { runId, model, promptVersion, submissionId, inputTokens, outputTokens } = analysis;
  return {
    at: createdAt.toISOString(),
    runId,
    model,
    languageCode,
    promptVersion,
    submissionId,
    company: company && { connectwiseId: company.connectwiseId, name: company.name },
    inputTokens,
    outputTokens,
    analysis: data,
  };
}
