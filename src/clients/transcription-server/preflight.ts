import { z } from 'zod';

import { ServiceError } from '../../domain/service-error.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { withDeadline } from '../shared/with-deadline.ts';
import { createTranscriptionServer, type TranscriptionServerConfig } from './client.ts';
import { toStatusError, transcriptionError } from './errors.ts';

/**
 * Whether the server has the model: `unlisted` when it lists others only, `unheard` when it lists none
 * and could be asked only with a recording, of which it did not read the one that it was sent.
 */
export type ModelState = 'known' | 'unlisted' | 'unheard';

type ServerQuestions = {
  /** Throws SPEECH_* codes when the server does not answer, or refuses the key or the model. */
  model(signal: AbortSignal): Promise<ModelState>;
  close(): Promise<void>;
};

const LIST_TIMEOUT_MS = 8_000;

/** A list of a thousand models has a few hundred kilobytes. */
const MAX_BYTES = 2 * 1024 * 1024;

/** How servers answer that have no list: whisper.cpp, for one. */
const WITHOUT_LIST = [404, 405, 501];

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * Creates the question that is asked of a transcription server before the service is started: for its
 * list of models, or, where it has none, for half a second of silence.
 */
export function createServerQuestions(config: TranscriptionServerConfig): ServerQuestions {
  const server = createTranscriptionServer(config);

  return {
    async model(signal) {
      const models = await listModels(config, signal);
      if (models !== null) return models.includes(config.model) ? 'known' : 'unlisted';
      try {
        await server.transcribe(SILENCE, signal);
        return 'known';
      } catch (error) {
        // It has looked into the file, so it had accepted the key; some servers look before the model.
        if (error instanceof ServiceError && error.code === 'SPEECH_FILE_REFUSED') return 'unheard';
        throw error;
      }
    },
    close: () => server.close(),
  };
}

async function listModels(
  { baseUrl, apiKey }: TranscriptionServerConfig,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const toTimeoutError = (cause: unknown) =>
    transcriptionError('SPEECH_UNAVAILABLE', 'no answer came in time', { cause });
  const limits = { signal, timeoutMs: LIST_TIMEOUT_MS, toTimeoutError };
  return withDeadline(limits, async (limited) => {
    const { status, text } = await get(`${baseUrl}/models`, apiKey, limited);
    if (WITHOUT_LIST.includes(status)) return null;
    if (status !== 200) throw toStatusError(status, text);
    const parsed = listSchema.safeParse(parse(text));
    // Another form of list than OpenAI's says nothing.
    return parsed.success ? parsed.data.data.map(({ id }) => id) : null;
  });
}

async function get(url: string, apiKey: string | null, signal: AbortSignal) {
  try {
    const response = await fetch(url, {
      headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
      signal,
      redirect: 'manual',
    });
    const bytes = await readBounded(response.body ?? [], MAX_BYTES, () =>
      transcriptionError('SPEECH_RESULT_INVALID', `its list of models exceeds ${MAX_BYTES} bytes`),
    );
    return { status: response.status, text: bytes.toString('utf8') };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    throw transcriptionError('SPEECH_UNAVAILABLE', 'no complete answer came', { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const RATE_HERTZ = 8_000;
const WAV = silentWav(RATE_HERTZ / 2);

const SILENCE = {
  name: 'silence.wav',
  mimeType: 'audio/wav',
  sizeBytes: WAV.length,
  async *content() {
    yield WAV;
  },
};

/** A WAV file of one channel of 16-bit samples, all of them zero. */
function silentWav(samples: number): Buffer {
  const bytes = samples * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(RATE_HERTZ, 24);
  header.writeUInt32LE(RATE_HERTZ * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
}
