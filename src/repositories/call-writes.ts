import { v7 as newId } from 'uuid';

import { Prisma, type Call } from '../generated/prisma/client.ts';
import type { Database, TransactionClient } from './database.ts';
import type { LogRow } from './processing-log-repository.ts';
import type { OperationKey } from './speech-operation-repository.ts';

/** Values for columns of a call. */
export type CallColumns = Partial<Prisma.CallCreateManyInput>;

/** A row of the log that is added together with a change of its call. */
export type CallNote = Omit<LogRow, 'callId'>;

type Change = { readonly columns: CallColumns; readonly notes: readonly CallNote[] };

/** The columns in which a step stores its result, and the run that made it. */
export type ResultColumns =
  | { readonly result: 'recordingUrl'; readonly madeBy: 'archiveRunId' }
  | { readonly result: 'companyMatch'; readonly madeBy: 'matchRunId' };

export type CallWrites = ReturnType<typeof createCallWrites>;

/**
 * What happy steps write about their call, each in one statement of our own: the call changes and the log
 * says so, or neither. The row is changed only if it is as the step expects it, so nothing is read or
 * locked beforehand. With Prisma, each of these is a transaction of four to seven statements, and
 * statements are what a call costs a worker most.
 *
 * PostgreSQL gives the values, which are sent as JSON, the types of the columns.
 */
export function createCallWrites({ prisma, table }: Pick<Database, 'prisma' | 'table'>) {
  const [call, log] = [table('Call'), table('processingLog')];
  const [operations, transcripts] = [table('SpeechOperation'), table('Transcript')];

  /** Runs a statement that changes at most one call, adds the notes if it does, and returns whether it did. */
  async function run(
    change: Prisma.Sql,
    notes: readonly CallNote[],
    tx: TransactionClient,
  ): Promise<boolean> {
    const rows = notes.map((note) => ({ id: newId(), ...note, updatedAt: new Date() }));
    const changed = await tx.$queryRaw<unknown[]>`
      WITH changed AS (${change} RETURNING c.id),
      noted AS (
        INSERT INTO ${log} ("callId", ${listOf(NOTE_COLUMNS)})
        SELECT changed.id, ${listOf(NOTE_COLUMNS, 'note.')}
        FROM changed, jsonb_populate_recordset(NULL::${log}, ${toJson(rows)}::jsonb) AS note
        ON CONFLICT DO NOTHING
      )
      SELECT true AS "isWritten" FROM changed`;
    return changed.length > 0;
  }

  return {
    /** Adds a call that begins now, unless its callSid is taken. Returns whether it was added. */
    open(
      row: Omit<Prisma.CallCreateManyInput, 'startTime'>,
      notes: readonly CallNote[],
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const values = { id: newId(), ...row, updatedAt: new Date() };
      const columns = listOf(namesIn(values));
      return run(
        Prisma.sql`INSERT INTO ${call} AS c ("startTime", ${columns})
          SELECT ${NOW}, ${columns} FROM jsonb_populate_record(NULL::${call}, ${toJson(values)}::jsonb)
          ON CONFLICT DO NOTHING`,
        notes,
        tx,
      );
    },

    /**
     * Stores the result of a step, unless its run has stored one already or another run has opened the
     * call. Returns whether it was stored.
     */
    storeResult(
      { id, runId }: Pick<Call, 'id' | 'runId'>,
      { result, madeBy }: ResultColumns,
      { columns, notes }: Change,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      return run(
        Prisma.sql`${updateOf(columns)}
          WHERE c.id = ${id}::uuid AND c."runId" = ${runId}
            AND (c.${name(result)} IS NULL OR c.${name(madeBy)} IS DISTINCT FROM ${runId})`,
        notes,
        tx,
      );
    },

    /**
     * Completes a call now, unless a later change of its status, or this very one, has been written.
     * Returns whether it was completed. Its duration runs from its first start.
     */
    complete(
      id: string,
      { columns, notes, transition }: Change & { readonly transition: bigint },
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const ending = Prisma.sql`, "endTime" = clock.now,
        "duration" = round(extract(epoch FROM clock.now - c."startTime"))`;
      return run(
        Prisma.sql`${updateOf({ ...columns, transition }, ending)}
          WHERE c.id = ${id}::uuid AND c."transition" < ${transition}`,
        notes,
        tx,
      );
    },

    /**
     * Notes an operation of Speech-to-Text that was accepted for a submission, and writes it to the call if that
     * waits for one: another run has not opened it, and neither another operation nor a transcript has come of
     * the submission. Returns whether it was written; if not, nothing was noted either.
     */
    async keepOperation(
      submissionId: string,
      { callId, name: operation, runId, activityId }: OperationKey,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const now = new Date();
      const changed = await tx.$queryRaw<unknown[]>`
        WITH changed AS (
          UPDATE ${call} AS c SET "speechOperation" = ${operation}, "updatedAt" = ${now}
          WHERE c.id = ${callId}::uuid AND c."runId" = ${runId}
            AND c."speechSubmissionId" = ${submissionId} AND c."speechOperation" IS NULL
            AND NOT EXISTS (SELECT FROM ${transcripts}
              WHERE "callId" = ${callId}::uuid AND "submissionId" = ${submissionId})
          RETURNING c.id
        ),
        noted AS (
          INSERT INTO ${operations} ("id", "callId", "name", "runId", "activityId", "updatedAt")
          SELECT ${newId()}::uuid, changed.id, ${operation}, ${runId}, ${activityId}, ${now}::timestamptz FROM changed
          ON CONFLICT ("callId", "name") DO UPDATE
            SET "secondsInVain" = NULL, "updatedAt" = EXCLUDED."updatedAt"
        )
        SELECT true AS "isWritten" FROM changed`;
      return changed.length > 0;
    },
  };

  /** The beginning of an UPDATE of calls, which are `c` in it; `clock.now` is the time. */
  function updateOf(columns: CallColumns, more: Prisma.Sql = Prisma.empty): Prisma.Sql {
    const values = { ...columns, updatedAt: new Date() };
    const assignments = namesIn(values).map((column) => `"${column}" = new."${column}"`);
    return Prisma.sql`UPDATE ${call} AS c SET ${Prisma.raw(assignments.join(', '))}${more}
      FROM jsonb_populate_record(NULL::${call}, ${toJson(values)}::jsonb) AS new,
        (SELECT ${NOW} AS now) AS clock`;
  }
}

/** What a note says; the database fills in the other columns. */
const NOTE_COLUMNS = [
  'id',
  'companyId',
  'status',
  'message',
  'event',
  'step',
  'code',
  'attempt',
  'runId',
  'activityId',
  'actor',
  'updatedAt',
] as const satisfies readonly Prisma.ProcessingLogScalarFieldEnum[];

/** The database's time, in the milliseconds that a Date has. */
const NOW = Prisma.sql`date_trunc('milliseconds', clock_timestamp())`;

/** The columns that have a value, `null` included. */
function namesIn(values: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(values).filter((column) => values[column] !== undefined);
}

function listOf(columns: readonly string[], prefix = ''): Prisma.Sql {
  return Prisma.raw(columns.map((column) => `${prefix}"${column}"`).join(', '));
}

function name(column: string): Prisma.Sql {
  return Prisma.raw(`"${column}"`);
}

function toJson(values: unknown): string {
  return JSON.stringify(values, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    // As the driver sends text: half of a character outside the basic plane becomes a replacement character.
    if (typeof value === 'string') return value.toWellFormed();
    return value === Prisma.DbNull ? null : value;
  });
}
