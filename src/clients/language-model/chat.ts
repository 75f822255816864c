import OpenAI from 'openai';

import { lacksStructuredOutput, wantsNewerLimit } from './errors.ts';
import { readReply, type Reply } from './reply.ts';
import { createFetch } from './transport.ts';

export type LanguageModelConfig = {
  /** Includes `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** What one request may have the model read. With the next it has to fit the model's context. */
  readonly maxInputTokens: number;
  /** What it may write in one reply, its thoughts included. */
  readonly maxOutputTokens: number;
  /** What servers and proxies take as one body. */
  readonly maxRequestBytes: number;
};

export type Message = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/** The form of an answer: `name` is told to the server beside the schema. */
export type AnswerForm = {
  readonly name: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
};

/** One paid request. Rejects with what the library or the reply says; see `toRequestError`. */
export type Chat = (
  messages: readonly Message[],
  form: AnswerForm,
  signal: AbortSignal,
) => Promise<Reply>;

/**
 * Talks to any server with OpenAI's chat completions, and remembers what the server has said that
 * it does not know.
 */
export function createChat(config: LanguageModelConfig, requestTimeoutMs: number): Chat {
  const openai = new OpenAI({
    baseURL: config.baseUrl,
    apiKey: config.apiKey,
    // Temporal repeats; a repetition inside would hide it and double the time.
    maxRetries: 0,
    timeout: requestTimeoutMs,
    fetch: createFetch(),
    // Else the library takes these from the environment, or prints requests when told to there.
    organization: null,
    project: null,
    logLevel: 'off',
  });
  let hasStructuredOutput = true;
  // The older name first: servers that want the newer one say so, while some (Ollama, llama.cpp's
  // Python server) ignore the newer one in silence, and others (Mistral) refuse it.
  let limitName: 'max_tokens' | 'max_completion_tokens' = 'max_tokens';

  return async function chat(messages, form, signal) {
    const asked = { hasStructuredOutput, limitName };
    try {
      return readReply(await openai.chat.completions.create(toRequest(messages, form), { signal }));
    } catch (error) {
      // Asked again only without what the server refused, so this ends.
      if (asked.limitName === 'max_tokens' && wantsNewerLimit(error)) {
        limitName = 'max_completion_tokens';
      } else if (asked.hasStructuredOutput && lacksStructuredOutput(error)) {
        hasStructuredOutput = false;
      } else {
        throw error;
      }
      return chat(messages, form, signal);
    }
  };

  function toRequest(messages: readonly Message[], { name, jsonSchema }: AnswerForm) {
    return {
      model: config.model,
      messages: [...messages],
      [limitName]: config.maxOutputTokens,
      ...(hasStructuredOutput
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
