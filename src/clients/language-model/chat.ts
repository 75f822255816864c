import OpenAI from 'openai';

import { mayRefuseSchema, wantsNewerLimit } from './errors.ts';
import { readReply, type Reply } from './reply.ts';
import type { Transport } from './transport.ts';

export type LanguageModelConfig = {
  /** Includes `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** The most that one request may make the model read. Together with the next limit it must fit the model's context. */
  readonly maxInputTokens: number;
  /** The most that the model may write in one reply, its thoughts included. */
  readonly maxOutputTokens: number;
  /** The largest body that servers and proxies accept. */
  readonly maxRequestBytes: number;
  /** How many things this process asks at once; `null`: any number. */
  readonly concurrency: number | null;
};

export type Message = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/** The form of an answer. The server is given the name along with the schema. */
export type AnswerForm = {
  readonly name: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
};

/** What servers differ in. */
type Features = {
  readonly hasSchema: boolean;
  readonly limitName: 'max_tokens' | 'max_completion_tokens';
};

/** One paid request. Rejects with the error of the library or of the reply; see `toRequestError`. */
export type Chat = (
  messages: readonly Message[],
  form: AnswerForm,
  signal: AbortSignal,
) => Promise<Reply>;

/**
 * Creates the sender of requests to any server with OpenAI's chat completions. It remembers what the
 * server has said that it does not know.
 */
export function createChat(
  config: LanguageModelConfig,
  requestTimeoutMs: number,
  transport: Transport,
): Chat {
  const openai = new OpenAI({
    baseURL: config.baseUrl,
    apiKey: config.apiKey,
    // Temporal retries; a retry in here would hide that and double the time.
    maxRetries: 0,
    timeout: requestTimeoutMs,
    fetch: transport.fetch,
    // Otherwise the library takes these from the environment, or prints requests if told to there.
    organization: null,
    project: null,
    logLevel: 'off',
  });
  // The older name first: servers that want the newer one say so, while some (Ollama, llama.cpp's
  // Python server) silently ignore the newer one, and others (Mistral) refuse it.
  let known: Features = { hasSchema: true, limitName: 'max_tokens' };

  return async function chat(messages, form, signal) {
    let features = known;
    for (;;) {
      try {
        const request = toRequest(messages, form, features);
        const reply = readReply(await openai.chat.completions.create(request, { signal }));
        // Only an answer shows that the server disliked what was left out.
        if (!features.hasSchema) known = { ...known, hasSchema: false };
        if (features.limitName !== 'max_tokens')
          known = { ...known, limitName: features.limitName };
        return reply;
      } catch (error) {
        const fewer = withoutRefused(features, error);
        if (fewer === null) throw error;
        features = fewer;
      }
    }
  };

  function toRequest(
    messages: readonly Message[],
    { name, jsonSchema }: AnswerForm,
    { hasSchema, limitName }: Features,
  ) {
    return {
      model: config.model,
      messages: [...messages],
      [limitName]: config.maxOutputTokens,
      ...(hasSchema
        ? {
            response_format: {
              type: 'json_schema' as const,
              json_schema: { name, strict: true, schema: { ...jsonSchema } },
            },
          }
        : {}),
    };
  }
}

/** The same features without one that a server seems to have refused; `null` when it is none of them. */
function withoutRefused(features: Features, error: unknown): Features | null {
  if (features.limitName === 'max_tokens' && wantsNewerLimit(error)) {
    return { ...features, limitName: 'max_completion_tokens' };
  }
  return features.hasSchema && mayRefuseSchema(error) ? { ...features, hasSchema: false } : null;
}
