import { z } from 'zod';

import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { createPhoneSystem, type PhoneSystemConfig } from './client.ts';
import { phoneSystemError, toConnectionError } from './errors.ts';
import { recordingUrl } from './transport.ts';

type PhoneSystemQuestions = {
  /**
   * Resolves when the phone system accepts the user and the password: it then says that it does not
   * have a recording that has never been. Throws PHONE_SYSTEM_* codes.
   */
  access(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

const IDLE_TIMEOUT_MS = 8_000;

/** Well formed, and of the first second of September 2001: before any recording. */
const NEVER_BEEN: CallKey = { callSid: '1000000000.1', recordgroup: '0', recordid: '0' };

/** Larger than any refusal. */
const MAX_BYTES = 64 * 1024;

const envelopeSchema = z.object({ responses: z.unknown().refine((value) => value != null) });

/** Creates the question that is asked of the phone system before the service is started. */
export function createPhoneSystemQuestions(config: PhoneSystemConfig): PhoneSystemQuestions {
  const client = createPhoneSystem(config, IDLE_TIMEOUT_MS);
  return {
    async access(signal) {
      try {
        await client.fetchRecording(NEVER_BEEN, async (audio) => void audio.destroy(), signal);
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'RECORDING_NOT_FOUND') throw error;
        if (error.context['from'] === 'envelope') return;
        // Any web server answers 404 for an address that it does not know.
        if (await isEnveloped(recordingUrl(config, NEVER_BEEN), signal)) return;
        throw phoneSystemError(
          'PHONE_SYSTEM_REPLY_INVALID',
          'what answered (HTTP status 404) is not the phone system',
        );
      }
    },
    close: () => client.close(),
  };
}

async function isEnveloped(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    const { body } = await fetch(url, { signal, redirect: 'manual' });
    const bytes = await readBounded(body ?? [], MAX_BYTES, () =>
      phoneSystemError('PHONE_SYSTEM_REPLY_INVALID', 'the answer is too large for a refusal'),
    );
    return envelopeSchema.safeParse(JSON.parse(bytes.toString('utf8'))).success;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) return false;
    throw error instanceof ServiceError ? error : toConnectionError(error);
  }
}
