import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { SandboxContext, StandIn } from '../core/context.ts';
import { playFaultBefore, sendReply, type Exchange, type HttpReply } from '../core/http-faults.ts';
import { listen } from '../core/stand-in.ts';
import {
  invalidRequest,
  OpenAiError,
  toErrorReply,
  toFaultReply,
} from '../language-model/openai-error.ts';
import { TRANSCRIPTION_API_KEY, TRANSCRIPTION_MODEL } from './credentials.ts';
import { readForm, type TranscriptionRequest } from './form.ts';
import { createKnownAudio, type KnownAudio } from './known-audio.ts';
import { toTranscription } from './reply.ts';

type Options = {
  readonly host: string;
  readonly port: number;
  /** How long a transcription takes. */
  readonly seconds: number;
  /** How many files it works on at once. The others wait, and like a real server it does not notice who has left. */
  readonly atOnce: number;
};

/**
 * Starts the stand-in for a transcription server with OpenAI's API. It cannot recognise speech: it
 * recognises the samples, and each of their channels, by their bytes.
 */
export async function startTranscription(
  { control, samples }: SandboxContext,
  { host, port, seconds, atOnce }: Options,
): Promise<StandIn> {
  const recognise = createKnownAudio(samples);
  const stopping = new AbortController();
  const queue = new PQueue({ concurrency: atOnce });

  const server = createServer((request, response) => {
    answer({ request, response }).catch((error: unknown) => {
      if (stopping.signal.aborted) {
        request.socket.destroy();
        return;
      }
      const sentence = error instanceof Error ? error.message : 'The sandbox failed.';
      const reply = toErrorReply(new OpenAiError(500, 'server_error', null, null, sentence));
      // If part of a reply has already been sent, all that is left is to destroy the socket.
      sendReply(null, { request, response }, reply).catch(() => request.socket.destroy());
    });
  });

  async function answer(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'GET' && path === '/v1/models') {
      const fault = control.hit('transcription', 'models.list', []);
      if (!(await playFaultBefore(fault, exchange, toFaultReply))) {
        await sendReply(fault, exchange, modelsReply(request.headers.authorization));
      }
      return;
    }
    if (request.method !== 'POST' || path !== '/v1/audio/transcriptions') {
      const message = `Unknown request URL: ${request.method ?? ''} ${path}.`;
      const error = new OpenAiError(404, 'invalid_request_error', 'unknown_url', null, message);
      await sendReply(null, exchange, toErrorReply(error));
      return;
    }
    const form = await readForm(request);
    const known = form instanceof OpenAiError ? null : await recognise(form.audio);
    const callSids = known === null ? [] : [known.sample.callRecordingId];
    const fault = control.hit('transcription', 'audio.transcriptions', callSids);
    if (await playFaultBefore(fault, exchange, toFaultReply)) {
      return;
    }
    const reply = replyTo(request.headers.authorization, form, known);
    if (reply.status === 200) {
      const { signal } = stopping;
      await queue.add(() => delay(seconds * 1000, undefined, { signal }), { signal });
    }
    await sendReply(fault, exchange, reply);
  }

  const standIn = await listen(server, { name: 'transcription server', host, port });
  return {
    port: standIn.port,
    async stop() {
      stopping.abort();
      await standIn.stop();
    },
  };
}

function modelsReply(authorization: string | undefined): HttpReply {
  const model = { id: TRANSCRIPTION_MODEL, object: 'model', created: 0, owned_by: 'sandbox' };
  return (
    refuseKey(authorization) ?? {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ object: 'list', data: [model] }),
    }
  );
}

/** The answer to a wrong key; null for the right one. */
function refuseKey(authorization: string | undefined): HttpReply | null {
  if (authorization === `Bearer ${TRANSCRIPTION_API_KEY}`) return null;
  const message = 'Incorrect API key provided.';
  return toErrorReply(
    new OpenAiError(401, 'invalid_request_error', 'invalid_api_key', null, message),
  );
}

function replyTo(
  authorization: string | undefined,
  form: TranscriptionRequest | OpenAiError,
  known: KnownAudio | null,
): HttpReply {
  const refusal = refuseKey(authorization);
  if (refusal !== null) return refusal;
  if (form instanceof OpenAiError) {
    return toErrorReply(form);
  }
  if (known?.words == null) {
    return toErrorReply(
      invalidRequest(
        'Unsupported audio: the sandbox has no words for it, and cannot recognise speech. Put a JSON file of the same ' +
          'name beside the recording, with "transcript": "…", or start with --whisper.',
      ),
    );
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toTranscription(known.words, form)),
  };
}
