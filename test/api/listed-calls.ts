import type { Prisma } from '../../src/generated/prisma/client.ts';
import type { Database } from '../../src/repositories/database.ts';
import { repositoriesOf } from '../support/repositories.ts';

/** What a call is to be like; what is left out is as in a call that was analysed without trouble. */
export type ListedCallLike = {
  readonly callSid: string;
  readonly startTime: Date;
  readonly company?: { readonly connectwiseId: string; readonly name: string } | null;
  /** `null` leaves the call without one. */
  readonly text?: string | null;
  readonly languageCode?: string;
  /** `null` leaves the call without one. */
  readonly analysis?: Readonly<Record<string, Prisma.InputJsonValue>> | null;
  readonly row?: Omit<Prisma.CallUncheckedUpdateManyInput, 'transition'>;
};

export const ANALYSIS = {
  summary: 'The scanner sends nothing.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  followUpNeeded: true,
  quotes: ['Please call me back today.'],
};

/** Adds a call through the repositories, in the transactions in which the steps of a call do it. */
export async function addListedCall(database: Database, like: ListedCallLike): Promise<string> {
  const { calls, companies, transcripts, analyses } = repositoriesOf(database);
  const { callSid, startTime, company = null, text = 'Good morning.', analysis = ANALYSIS } = like;
  const runId = `run of ${callSid}`;
  const { id } = await calls.create({
    callSid,
    startTime,
    recordgroup: '1',
    recordid: '1',
    callStatus: 'PROCESSING',
    runId,
    transition: 1n,
  });
  if (text !== null) {
    await database.transaction((tx) =>
      transcripts.save(
        {
          callId: id,
          text,
          segments: [],
          languageCode: like.languageCode ?? 'en-GB',
          model: 'telephony',
          billedSeconds: 60,
          sha256: 'a',
          submissionId: `submission of ${callSid}`,
          runId,
        },
        tx,
      ),
    );
  }
  await database.transaction(async (tx) => {
    const found =
      company === null
        ? null
        : await companies.findOrCreate(company.connectwiseId, company.name, tx);
    const match = {
      externalPhoneNumber: '+442079460101',
      direction: 'inbound',
      companyMatch: found === null ? 'UNKNOWN' : 'MATCHED',
      companyId: found?.id ?? null,
      matchRunId: runId,
    } as const;
    await calls.update(id, match, tx);
  });
  await database.transaction(async (tx) => {
    const stored =
      analysis === null
        ? null
        : await analyses.findOrCreate(
            {
              callId: id,
              data: analysis,
              model: 'model',
              promptVersion: '2',
              inputTokens: 1000,
              outputTokens: 100,
              submissionId: `submission of ${callSid}`,
              runId,
            },
            tx,
          );
    await calls.changeStatus(
      id,
      {
        transition: 2n,
        callStatus: 'COMPLETED',
        outcome: stored === null ? 'NO_SPEECH' : 'ANALYZED',
        callAnalysisId: stored?.id ?? null,
        endTime: new Date(startTime.getTime() + 30_000),
        duration: 30,
        recordingSeconds: 60,
        ...like.row,
      },
      tx,
    );
  });
  return id;
}
