import type { Database } from '../../src/repositories/database.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';

/** More than the buffers between two processes take. */
export const TRANSCRIPT_LENGTH = 30_000_000;

/** Adds the row of a call whose transcript is that long. */
export async function addLongTranscript({ prisma }: Database, callSid: string): Promise<void> {
  await prisma.call.create({
    data: {
      callSid,
      recordgroup: '1',
      recordid: '1',
      callStatus: 'COMPLETED',
      outcome: 'ANALYZED',
      startTime: new Date(),
      runId: '',
      transition: 1,
      transcript: {
        create: {
          text: '',
          segments: [
            {
              speaker: null,
              channel: null,
              startSeconds: 0,
              endSeconds: 1,
              text: 'x'.repeat(TRANSCRIPT_LENGTH),
            },
          ],
          model: 'none',
          billedSeconds: 1,
          sha256: '',
          submissionId: '',
          runId: '',
        },
      },
    },
  });
}

/** A connection whose client has begun to read that transcript, and stopped. */
export async function openUnread(port: number, callSid: string): Promise<RawConnection> {
  const request = `GET /calls/${callSid}/transcript HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const unread = await openRawConnection(port, request);
  await new Promise<void>((resolve) =>
    unread.socket.once('data', () => {
      unread.socket.pause();
      resolve();
    }),
  );
  return unread;
}
