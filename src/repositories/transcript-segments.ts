import { z } from 'zod';

import type { TranscriptSegment } from '../domain/call.ts';
import type { Transcript } from '../generated/prisma/client.ts';

const segments: z.ZodType<TranscriptSegment[]> = z.array(
  z.object({
    speaker: z.string().nullable(),
    channel: z.number().nullable(),
    startSeconds: z.number(),
    endSeconds: z.number(),
    text: z.string(),
  }),
);

/** The segments of a stored transcript, from their JSON. Throws when somebody wrote another form. */
export function readSegments(transcript: Pick<Transcript, 'segments'>): TranscriptSegment[] {
  return segments.parse(transcript.segments);
}
