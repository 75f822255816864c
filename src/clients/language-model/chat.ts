import OpenAI from 'openai';

import { lacksStructuredOutput, wantsNewerLimit } from './errors.ts';
import { readReply, type Reply } from './reply.ts';
import { createTransport } from './transport.ts';

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
export function createChat(config: LanguageModelConfig, requestTimeoutMs: number): Chat {
  const openai = new OpenAI({
    baseURL: config.baseUrl,
    apiKey: config.apiKey,
    // Temporal retries; a retry in here would hide that and double the time.
    maxRetries: 0,
    timeout: requestTimeoutMs,
    fetch: createTransport().fetch,
    // Otherwise the library takes these from the environment, or prints requests if told to there.
    organization: null,
    project: null,
    logLevel: 'off',
  });
  let hasStructuredOutput = true;
  // The older name first: servers that want the newer one say so, while some (Ollama, llama.cpp's
  // Python server) silently ignore the newer one, and others (Mistral) refuse it.
  let limitName: 'max_tokens' | 'max_completion_tokens' = 'max_tokens';

  return async function chat(messages, form, signal) {
    const asked = { hasStructuredOutput, limitName };
    try {
      return readReply(await openai.chat.completions.create(toRequest(messages, form), { signal }));
    } catch (error) {
      // Each repetition leaves out something that the server refused, so this ends.
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
