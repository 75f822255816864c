import { createServer, type IncomingMessage } from 'node:http';
import type { SandboxContext, StandIn } from '../core/context.ts';
import type { Sample } from '../core/sample.ts';
import { playFaultBefore, sendReply, type Exchange, type HttpReply } from '../core/http-faults.ts';
import { listen } from '../core/stand-in.ts';
import { parseChatRequest, textOf, type ChatRequest } from './chat-request.ts';
import { complete, factsOf } from './completion.ts';
import { LANGUAGE_MODEL_API_KEY, LANGUAGE_MODEL_NAME } from './credentials.ts';
import { invalidRequest, OpenAiError, toErrorReply, toFaultReply } from './openai-error.ts';

/** A transcript of three hours is about 200 kB, so a larger body than this is not a chat request. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Starts the stand-in for a language model behind an OpenAI-compatible API. */
export async function startLanguageModel(
  context: SandboxContext,
  { host, port }: { host: string; port: number },
): Promise<StandIn> {
  const server = createServer((request, response) => {
    answer(context, { request, response }).catch((error: unknown) => {
      const sentence = error instanceof Error ? error.message : 'The sandbox failed.';
      const reply = toErrorReply(new OpenAiError(500, 'server_error', null, null, sentence));
      // If part of a reply has already been sent, all that is left is to destroy the socket.
      sendReply(null, { request, response }, reply).catch(() => request.socket.destroy());
    });
  });
  return listen(server, { name: 'language model', host, port });
}

async function answer(context: SandboxContext, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  switch (`${request.method ?? ''} ${path}`) {
    case 'POST /v1/chat/completions':
      await answerChat(context, exchange);
      break;
    case 'GET /v1/models': {
      const fault = context.control.hit('languageModel', 'models.list', []);
      await play(fault, exchange, listModels);
      break;
    }
    default: {
      const message = `Unknown request URL: ${request.method ?? ''} ${path}.`;
      const error = new OpenAiError(404, 'invalid_request_error', 'unknown_url', null, message);
      await sendReply(null, exchange, toErrorReply(error));
    }
  }
}

async function answerChat({ control, samples }: SandboxContext, exchange: Exchange): Promise<void> {
  const chat = await readChat(exchange.request);
  const calls = chat instanceof OpenAiError ? [] : findCalls(chat, samples);
  const callSids = calls.map(({ callRecordingId }) => callRecordingId);
  const fault = control.hit('languageModel', 'chat.completions', callSids);
  await play(fault, exchange, () => {
    if (chat instanceof OpenAiError) {
      throw chat;
    }
    return chatReply(chat);
  });
}

/** A request names no call: it belongs to the calls whose words it contains, or of whose words it is a part. */
function findCalls(chat: ChatRequest, samples: SandboxContext['samples']): Sample[] {
  const whole = samples.findByTranscript(chat.messages.map(textOf).join('\n'));
  return whole.length > 0 ? whole : samples.findByExcerpt(factsOf(chat).sentences.join('\n'));
}

/** Plays a fault around the true reply; the key is checked unless the reply is scripted. */
async function play(
  fault: Parameters<typeof playFaultBefore>[0],
  exchange: Exchange,
  reply: () => HttpReply,
): Promise<void> {
  if (!(await playFaultBefore(fault, exchange, toFaultReply))) {
    await sendReply(fault, exchange, replyOrRefuse(exchange.request, reply));
  }
}

function replyOrRefuse(request: IncomingMessage, reply: () => HttpReply): HttpReply {
  try {
    checkKey(request);
    return reply();
  } catch (error) {
    if (error instanceof OpenAiError) {
      return toErrorReply(error);
    }
    throw error;
  }
}

function checkKey({ headers }: IncomingMessage): void {
  if (headers.authorization !== `Bearer ${LANGUAGE_MODEL_API_KEY}`) {
    const message = 'Incorrect API key provided.';
    throw new OpenAiError(401, 'invalid_request_error', 'invalid_api_key', null, message);
  }
}

/** Reads and parses the body. An error is returned, not thrown: an invalid request is counted like any other. */
async function readChat(request: IncomingMessage): Promise<ChatRequest | OpenAiError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  try {
    if (bytes > MAX_BODY_BYTES) {
      throw invalidRequest('The request body is too large.');
    }
    return parseChatRequest(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof OpenAiError) {
      return error;
    }
    throw error;
  }
}

function chatReply(chat: ChatRequest): HttpReply {
  if (chat.model !== LANGUAGE_MODEL_NAME) {
    const message = `The model '${chat.model}' does not exist or you do not have access to it.`;
    throw new OpenAiError(404, 'invalid_request_error', 'model_not_found', null, message);
  }
  return toReply(complete(chat));
}

function listModels(): HttpReply {
  const model = {
    id: LANGUAGE_MODEL_NAME,
    object: 'model',
    created: 0,
    owned_by: 'sandbox',
  };
  return toReply({ object: 'list', data: [model] });
}

function toReply(body: object): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
