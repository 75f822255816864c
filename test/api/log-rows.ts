import { randomUUID } from 'node:crypto';

import { LOG_STATUS, type LogEvent } from '../../src/domain/log-events.ts';
import type { Database, TransactionClient } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';

type RowOptions = { readonly message?: string; readonly tx?: TransactionClient };

/** Adds a row to a call's log, as a step does. */
export async function addRow(
  { prisma }: Pick<Database, 'prisma'>,
  callId: string,
  event: LogEvent,
  { message = `${event}.`, tx = prisma }: RowOptions = {},
): Promise<void> {
  await createProcessingLogRepository(prisma).add(
    [
      {
        callId,
        event,
        message,
        status: LOG_STATUS[event],
        step: 'archiveRecording',
        attempt: 0,
        runId: randomUUID(),
        activityId: '1',
      },
    ],
    tx,
  );
}
