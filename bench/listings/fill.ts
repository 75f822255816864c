import { Prisma } from '../../src/generated/prisma/client.ts';
import type { Run } from './explain.ts';

/** When the newest call began; the others are spread over the year before it. */
export const NEWEST = new Date('2026-11-30T12:00:00Z');

const COMPANIES = 60;

const PASSAGES = 2_000;

/** Of a passage. Two of them are said in three minutes. */
const WORDS = 200;

const EARLY = 25_000;

const OLDER = 99_000;

// Each takes seconds, so that none exceeds what a statement of ours may take.
const CALLS_AT_ONCE = 5_000;

/**
 * Adds so many calls by SQL. Their transcripts have invented words, `word1` in most calls and rarer
 * the higher the number, as words of a language are; a tenth is German. Each thousandth has one
 * word alone. A fifth of the calls, all in the first quarter, say "early", and all but those of the last days "older". A third of the calls belongs to the
 * three companies that call most.
 */
export async function fillWithCalls(run: Run, calls: number): Promise<void> {
  await run(Prisma.sql`
    -- Rows without their digests, as calls from before there were any; a step of a call makes it as it goes.
    SET session_replication_role = replica`);
  await run(Prisma.sql`
    INSERT INTO "Company" (id, "connectwiseId", name, "updatedAt")
    SELECT gen_random_uuid(), n::text, 'Company ' || n, now()
    FROM generate_series(1, ${COMPANIES}::int) n`);
  await makePassages(run);
  for (let first = 1; first <= calls; first += CALLS_AT_ONCE) {
    const last = Math.min(first + CALLS_AT_ONCE - 1, calls);
    await addCalls(run, { first, last, calls });
    await addTranscripts(run, { first, last });
  }
  await addAnalyses(run);
}

async function addCalls(
  run: Run,
  { first, last, calls }: { readonly first: number; readonly last: number; readonly calls: number },
): Promise<void> {
  // 3 of 100 failed, 1 is processed, 5 are silent. A third comes from an unknown number.
  await run(Prisma.sql`
    INSERT INTO "Call" (id, "callSid", "callStatus", "startTime", "endTime", duration, recordgroup, recordid,
      outcome, "runId", transition, "recordingSeconds", "externalPhoneNumber", direction, "companyMatch",
      "companyId", "failedStep", "failureCode", "failedAt", "waitingStep", "waitingCode", "waitingSince",
      "updatedAt")
    SELECT gen_random_uuid(), n::text, status::"CallStatus", at,
      CASE status WHEN 'COMPLETED' THEN at + interval '1 minute' END,
      CASE status WHEN 'COMPLETED' THEN 20 + n % 600 END, '1', '1',
      CASE WHEN status = 'COMPLETED' THEN
        (CASE WHEN n % 20 = 7 THEN 'NO_SPEECH' ELSE 'ANALYZED' END)::"CallOutcome" END,
      'run', 1, CASE WHEN n % 1000 = 1 THEN 4000 ELSE n % 900 END, '+442079460101', 'inbound',
      (CASE WHEN n % 3 = 0 THEN 'UNKNOWN' WHEN n % 50 = 1 THEN 'AMBIGUOUS' ELSE 'MATCHED' END)::"CompanyMatch",
      CASE WHEN n % 3 <> 0 AND n % 50 <> 1 THEN company.id END,
      CASE status WHEN 'FAILED' THEN
        CASE WHEN n % 200 = 13 THEN 'transcribeRecording' ELSE 'analyzeTranscript' END END,
      CASE status WHEN 'FAILED' THEN
        CASE WHEN n % 200 = 13 THEN 'SPEECH_UNAVAILABLE' ELSE 'MODEL_CREDENTIALS_REFUSED' END END,
      CASE status WHEN 'FAILED' THEN at END,
      CASE WHEN n % 500 = 29 THEN 'transcribeRecording' END,
      CASE WHEN n % 500 = 29 THEN 'SPEECH_UNAVAILABLE' END,
      CASE WHEN n % 500 = 29 THEN at END,
      at
    FROM (
      SELECT n, ${NEWEST}::timestamptz - interval '1 year' * (1 - n::float8 / ${calls}::float8) AS at,
        CASE WHEN n % 100 IN (13, 14, 15) THEN 'FAILED' WHEN n % 100 = 29 THEN 'PROCESSING'
          ELSE 'COMPLETED' END AS status
      FROM generate_series(${first}::int, ${last}::int) n
    ) AS made
    JOIN "Company" company ON company."connectwiseId" =
      (1 + floor(${COMPANIES}::int * power((n * 7919 % 1000) / 1000.0, 3)))::int::text`);
}

async function addTranscripts(
  run: Run,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<void> {
  await run(Prisma.sql`
    INSERT INTO "Transcript" (id, "callId", text, segments, "languageCode", model, "billedSeconds", sha256,
      "submissionId", "runId", "updatedAt")
    SELECT gen_random_uuid(), c.id, one.text || ' ' || other.text ||
        CASE WHEN c."callSid"::int % 1000 = 777 THEN ' needle' || c."callSid" ELSE '' END ||
        CASE WHEN c."callSid"::int < ${EARLY}::int AND c."callSid"::int % 3 > 0 THEN ' early' ELSE '' END ||
        CASE WHEN c."callSid"::int < ${OLDER}::int THEN ' older' ELSE '' END, '[]',
      CASE WHEN c."callSid"::int % 10 = 0 THEN 'de-DE' ELSE 'en-GB' END, 'telephony', 180, 'a',
      'submission', 'run', now()
    FROM "Call" c
    JOIN passages one ON one.n = c."callSid"::int * 31 % ${PASSAGES}::int
    JOIN passages other ON other.n = c."callSid"::int * 17 / 11 % ${PASSAGES}::int
    WHERE c."callSid"::int BETWEEN ${first}::int AND ${last}::int`);
}

/** Of these each transcript has two, because drawing every word of every call would take minutes. */
async function makePassages(run: Run): Promise<void> {
  // The fifth power of chance makes small numbers frequent.
  await run(Prisma.sql`
    CREATE TEMPORARY TABLE passages AS
    SELECT (n - 1) / ${WORDS}::int AS n,
      string_agg('word' || (1 + floor(20000 * power(random(), 5)))::int, ' ') AS text
    FROM generate_series(1, ${PASSAGES * WORDS}::int) n GROUP BY 1`);
  await run(Prisma.sql`ANALYZE passages`);
}

async function addAnalyses(run: Run): Promise<void> {
  await run(Prisma.sql`
    INSERT INTO "CallAnalysis" (id, "callId", data, model, "promptVersion", "inputTokens", "outputTokens",
      "submissionId", "runId", "updatedAt")
    SELECT gen_random_uuid(), id, jsonb_build_object(
        'summary', 'A caller asks about word' || n % 500 || ' and is called back.',
        'quotes', jsonb_build_array('Please look at word' || n % 300 || '.', 'Thank you.'),
        'category', CASE WHEN n % 40 = 3 THEN 'complaint' WHEN n % 2 = 0 THEN 'incident' ELSE 'question' END,
        'priority', CASE WHEN n % 90 = 8 THEN 'critical' ELSE 'medium' END,
        'sentiment', CASE WHEN n % 25 = 4 THEN 'negative' ELSE 'neutral' END,
        'followUpNeeded', n % 4 = 0),
      'model', '2', 1500, 200, 'submission', 'run', now()
    FROM (SELECT id, "callSid"::int AS n FROM "Call" WHERE outcome = 'ANALYZED') AS analyzed`);
  await run(Prisma.sql`
    UPDATE "Call" c SET "callAnalysisId" = a.id FROM "CallAnalysis" a WHERE a."callId" = c.id`);
  await run(Prisma.sql`
    INSERT INTO "AnalysisAttempt" (id, "callId", "runId", "activityId", attempt, "inputTokens", "outputTokens",
      "updatedAt")
    SELECT gen_random_uuid(), id, 'run', "callSid", 1, 800, 100, now() FROM "Call"
    WHERE "callSid"::int % 30 = 0`);
  await run(Prisma.sql`
    INSERT INTO "SpeechOperation" (id, "callId", name, "runId", "activityId", "secondsInVain", "updatedAt")
    SELECT gen_random_uuid(), id, "callSid", 'run', "callSid", 60, now() FROM "Call"
    WHERE "callSid"::int % 50 = 0`);
  await run(Prisma.sql`SET session_replication_role = DEFAULT`);
}
