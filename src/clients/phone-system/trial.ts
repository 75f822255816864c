import { Readable } from 'node:stream';

import type { CallKey } from '../../domain/call.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { phoneSystemError } from './errors.ts';
import { readRecordingReply } from './recording-reply.ts';
import { createTransport, type PhoneSystemAddress } from './transport.ts';

export type PhoneSystemTrial = {
  /** Fetches one recording, which is then dropped. Throws PHONE_SYSTEM_* and RECORDING_* codes. */
  ask(key: CallKey, keep: KeepReply, signal: AbortSignal): Promise<{ readonly sizeBytes: number }>;
  close(): Promise<void>;
};

const IDLE_TIMEOUT_MS = 30_000;

/** The reply is read as a whole: an hour of telephone audio in base64. */
const MAX_BYTES = 128 * 1024 * 1024;

/** The fields of a recording that recording-reply.ts and recording-metadata.ts read. */
const FIELDS = [
  ...['sha1', 'size', 'complete', 'start', 'mimetype'],
  ...['snumber', 'cnumber', 'dnumber', 'callerid_internal'],
];

/** They stand in `data`, or beside it when `data` is the audio. */
const READS = [
  ...['responses.code', 'responses[].code', 'data', 'data.data'],
  ...FIELDS.flatMap((field) => [field, `data.${field}`]),
];

/** Creates the request of one trial of the phone system. */
export function createPhoneSystemTrial(address: PhoneSystemAddress): PhoneSystemTrial {
  const transport = createTransport(address, IDLE_TIMEOUT_MS);
  return {
    async ask(key, keep, signal) {
      const transfer = new AbortController();
      const body = transport.getRecording(key, { signal, transfer: transfer.signal });
      const bytes = await readBounded(body, MAX_BYTES, () =>
        phoneSystemError('RECORDING_TOO_LARGE', 'a trial takes a shorter recording'),
      );
      const reply = parse(bytes);
      // A refusal comes in the same envelope, and is told as what it is.
      if (!isRefusal(reply)) keep({ operation: 'recordings/get', reply, reads: READS });
      const again = Readable.from([bytes]);
      const audio = readRecordingReply(again, key, MAX_BYTES, () => false);
      for (;;) {
        const next = await audio.next();
        if (next.done) return { sizeBytes: next.value.sizeBytes };
      }
    },
    close: () => transport.close(),
  };
}

function isRefusal(reply: unknown): boolean {
  return typeof reply === 'object' && reply !== null && 'data' in reply && reply.data === null;
}

/** What is not JSON is refused by its reader, with the right code. */
function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
