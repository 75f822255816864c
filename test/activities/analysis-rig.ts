import { randomUUID } from 'node:crypto';

import { Registry } from 'prom-client';

import {
  createAnalyzeTranscript,
  type AnalyzeTranscriptDeps,
  type AnalyzeTranscriptResult,
} from '../../src/activities/steps/analyze-transcript.ts';
import { createTally } from '../../src/activities/tally.ts';
import type { LanguageModel } from '../../src/clients/language-model/client.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { attemptOf } from '../support/attempt.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { repositoriesOf } from '../support/repositories.ts';

/** What is said in a recorded call: one entry per turn, with its channel. */
export type Said = readonly (readonly [channel: 1 | 2, text: string])[];

export type AttemptOptions = {
  readonly languageModel: LanguageModel;
  readonly number?: number;
  readonly redo?: boolean;
};

export type AnalysisRig = Awaited<ReturnType<typeof startAnalysisRig>>;

/**
 * Runs attempts of analyzeTranscript over a real database, on calls whose earlier steps are done.
 */
export async function startAnalysisRig() {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 5 });
  const { prisma } = database;
  const deps = {
    ...repositoriesOf(database),
    tally: createTally(new Registry()),
    attemptHistory: { wasPreviousLost: async () => false },
    callerChannel: 1,
  } satisfies Omit<AnalyzeTranscriptDeps, 'languageModel'>;
  const company = await deps.companies.findOrCreate('4711', 'Brightwater Dental');

  /** An inbound call, already matched to the company and transcribed. */
  async function newCall(said: Said) {
    let scheduledTimestampMs = Date.now();
    let runId = randomUUID();
    const call = await deps.calls.create({
      callSid: randomUUID(),
      callStatus: 'PROCESSING',
      startTime: new Date(),
      recordgroup: '1',
      recordid: '2',
      runId,
      transition: 0n,
      direction: 'inbound',
      companyMatch: 'MATCHED',
      companyId: company.id,
      externalPhoneNumber: '+442079460101',
    });
    const segments = said.map(([channel, text], index) => ({
      speaker: String(channel),
      channel,
      startSeconds: index,
      endSeconds: index + 1,
      text,
    }));
    await deps.transcripts.save({
      callId: call.id,
      text: said.map(([, text]) => text).join('\n'),
      segments,
      model: 'telephony',
      billedSeconds: 60,
      sha256: 'sha256',
      submissionId: 'submission',
      runId,
    });
    return {
      id: call.id,
      /** One attempt of the step in the call's current run. */
      attempt({
        languageModel,
        number = 1,
        redo = false,
      }: AttemptOptions): Promise<AnalyzeTranscriptResult> {
        const environment = attemptOf({
          activityId: '5',
          attempt: number,
          scheduledTimestampMs,
          workflowExecution: { workflowId: call.callSid, runId },
        });
        const activity = createAnalyzeTranscript({ ...deps, languageModel });
        return environment.run(activity, { callSid: call.callSid, redo });
      },
      /** Lets another run take over the call, as openCall does. */
      async reopen() {
        runId = randomUUID();
        scheduledTimestampMs += 1;
        await prisma.call.update({
          where: { id: call.id },
          data: { runId, callStatus: 'PROCESSING', outcome: null, callAnalysisId: null },
        });
      },
      /** Everything that the database holds about the call. */
      async rows() {
        const where = { callId: call.id };
        return {
          call: await prisma.call.findUniqueOrThrow({
            where: { id: call.id },
            include: { company: true },
          }),
          analyses: await deps.analyses.listByCall(call.id),
          chunks: await prisma.analysisChunk.findMany({ where, orderBy: { index: 'asc' } }),
          logs: await deps.log.listByCall(call.id),
        };
      },
    };
  }

  return {
    deps,
    newCall,
    async stop() {
      await database.close();
      await testDatabase.drop();
    },
  };
}
