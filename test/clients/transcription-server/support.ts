import type {
  AudioFile,
  TranscriptionServerConfig,
} from '../../../src/clients/transcription-server/client.ts';

export const never = new AbortController().signal;

export function serverConfig(url: string): TranscriptionServerConfig {
  return {
    baseUrl: `${url}/v1`,
    apiKey: 'sk-private',
    model: 'whisper-1',
    language: 'en',
    phrases: ['Kestrel', 'wombat'],
    answerTimeoutMs: 5_000,
    concurrency: null,
    maxBytes: null,
    maxSeconds: null,
  };
}

/** A file to send, which counts how often it was opened. */
export function fileOf(content: Uint8Array): AudioFile & { opened(): number } {
  let opened = 0;
  return {
    name: 'recording.wav',
    mimeType: 'audio/wav',
    sizeBytes: content.length,
    async *content() {
      opened += 1;
      yield content;
    },
    opened: () => opened,
  };
}

/** The fields and the file of a form, parsed by the runtime's own parser. */
export async function readForm(
  contentType: string,
  body: Buffer,
): Promise<{ fields: [string, string][]; file: { name: string; type: string; bytes: Buffer } }> {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
  const form = await response.formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('The form holds no file.');
  return {
    fields: [...form].flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
    file: { name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) },
  };
}
