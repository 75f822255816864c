import type { IncomingMessage } from 'node:http';
import { languageName } from './language-name.ts';
import { invalidRequest, OpenAiError } from '../language-model/openai-error.ts';
import { TEXT_ONLY_MODEL, TRANSCRIPTION_MODEL } from './credentials.ts';

export type TranscriptionRequest = {
  readonly audio: Buffer;
  /** The language that the reply names. */
  readonly language: string;
  readonly format: 'json' | 'verbose_json';
  readonly granularities: ReadonlySet<string>;
};

/** OpenAI's limit for a file; the rest of the form adds a little. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;
const MAX_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024;

/** The file extensions that OpenAI accepts. */
const EXTENSIONS = /\.(?:flac|m4a|mp3|mp4|mpeg|mpga|oga|ogg|wav|webm)$/;

/** Reads the form of a request. An error is returned, not thrown: an invalid request is counted like any other. */
export async function readForm(
  request: IncomingMessage,
): Promise<TranscriptionRequest | OpenAiError> {
  const body = await readBody(request);
  try {
    return await parse(request, body);
  } catch (error) {
    if (error instanceof OpenAiError) {
      return error;
    }
    throw error;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

async function parse(request: IncomingMessage, body: Buffer | null): Promise<TranscriptionRequest> {
  if (request.headers['content-length'] === undefined) {
    // Smaller servers do not accept a chunked body.
    throw new OpenAiError(411, 'invalid_request_error', null, null, 'Length Required');
  }
  if (body === null) {
    throw tooLarge();
  }
  const form = await parseMultipart(request.headers['content-type'] ?? '', body);
  const model = textIn(form, 'model');
  if (model !== TRANSCRIPTION_MODEL && model !== TEXT_ONLY_MODEL) {
    const message = `The model '${model ?? ''}' does not exist or you do not have access to it.`;
    throw new OpenAiError(404, 'invalid_request_error', 'model_not_found', null, message);
  }
  const file = form.get('file');
  if (!(file instanceof File)) {
    throw invalidRequest('you must provide a file', 'file');
  }
  if (file.size > MAX_FILE_BYTES) {
    throw tooLarge();
  }
  if (!EXTENSIONS.test(file.name)) {
    throw invalidRequest('Unrecognized file format. Supported formats: flac, mp3, ogg, wav …');
  }
  return {
    audio: Buffer.from(await file.arrayBuffer()),
    language: readLanguage(form),
    ...readFormat(form, model),
  };
}

/** Uses Node's own parser, which is independent of the client's code that builds the form. */
async function parseMultipart(contentType: string, body: Buffer): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
  } catch {
    throw invalidRequest('Could not parse multipart form.');
  }
}

function readFormat(
  form: FormData,
  model: string,
): Pick<TranscriptionRequest, 'format' | 'granularities'> {
  const format = textIn(form, 'response_format') ?? 'json';
  const granularities = new Set(
    form.getAll('timestamp_granularities[]').filter((value) => typeof value === 'string'),
  );
  if (format !== 'json' && format !== 'verbose_json') {
    throw invalidRequest(`Unsupported response_format '${format}'.`, 'response_format');
  }
  if (model === TEXT_ONLY_MODEL && format !== 'json') {
    const message = `response_format '${format}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`;
    throw invalidRequest(message, 'response_format', 'unsupported_value');
  }
  if (format === 'json' && granularities.size > 0) {
    const message = "timestamp_granularities[] needs response_format 'verbose_json'.";
    throw invalidRequest(message, 'timestamp_granularities[]');
  }
  return { format, granularities };
}

function readLanguage(form: FormData): string {
  const code = textIn(form, 'language');
  if (code === null) {
    return 'english';
  }
  const name = languageName(code);
  if (name === null) {
    const message = `Invalid language '${code}'. Language parameter must be specified in ISO-639-1 format.`;
    throw invalidRequest(message, 'language', 'invalid_language_format');
  }
  return name;
}

/** The text of a field; null for a file. */
function textIn(form: FormData, name: string): string | null {
  const value = form.get(name);
  return typeof value === 'string' ? value : null;
}

function tooLarge(): OpenAiError {
  const message = `Maximum content size limit (${String(MAX_FILE_BYTES)}) exceeded.`;
  return new OpenAiError(413, 'invalid_request_error', null, null, message);
}
