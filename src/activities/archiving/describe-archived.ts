import type { KeptHearing } from '../hearing/keep-envelope.ts';
import type { Note } from '../step/attempt.ts';
import type { CopiedRecording } from './copy-recording.ts';

/** What the processing log says about a recording that was archived. */
export function describeArchived(
  { object, facts, sizeBytes, integrity }: CopiedRecording,
  { problem }: KeptHearing,
): Note[] {
  const size = `${sizeBytes} bytes of ${facts.codec}`;
  const doubt = integrity === null ? '' : ', though not with the size and the sha1 that it states';
  const archived = object.created
    ? `Recording archived at ${object.uri}.`
    : `The same recording was already stored at ${object.uri}.`;
  return [
    {
      event: 'FETCH_SUCCESS',
      message: `Recording fetched from the phone system: ${size}${doubt}.`,
    },
    { event: 'UPLOAD_SUCCESS', message: archived },
    ...(problem === null ? [] : [{ event: 'RECORDING_NOT_HEARD', ...problem } as const]),
  ];
}
