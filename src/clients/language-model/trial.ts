import type { Turn } from '../../domain/turns.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import type { LanguageModelConfig } from './chat.ts';
import { createLanguageModel } from './client.ts';
import type { Tokens } from './errors.ts';
import { keepNothing, SHORT_CALL } from './short-call.ts';
import { createTransport, type Transport } from './transport.ts';

export type ModelTrial = {
  /** Has what was said analysed as calls are; two harmless sentences, if nothing was. Paid. Throws MODEL_* codes. */
  analyze(turns: readonly Turn[], keep: KeepReply, signal: AbortSignal): Promise<Tokens>;
};

/** The fields that reply.ts reads. */
const READS = [
  ...['model', 'choices[].finish_reason', 'choices[].error', 'choices[].message.content'],
  ...['choices[].message.refusal', 'choices[].message.reasoning_content'],
  ...['choices[].message.reasoning', 'error', 'usage.prompt_tokens', 'usage.completion_tokens'],
  'usage.prompt_tokens_details.cached_tokens',
  ...['usage.cache_read_input_tokens', 'usage.cache_creation_input_tokens'],
];

/** Creates the requests of one trial of the language model. */
export function createModelTrial(config: LanguageModelConfig): ModelTrial {
  const transport = createTransport();
  return {
    async analyze(turns, keep, signal) {
      const model = createLanguageModel(config, undefined, undefined, keeping(transport, keep));
      const call = {
        companyName: null,
        phoneNumber: null,
        turns: turns.length === 0 ? SHORT_CALL : turns,
      };
      const { inputTokens, outputTokens } = await model.analyze(call, keepNothing(), signal);
      return { inputTokens, outputTokens };
    },
  };
}

function keeping(transport: Transport, keep: KeepReply): Transport {
  return {
    async fetch(url, init) {
      const response = await transport.fetch(url, init);
      // What it refuses is asked again in another way, and is not what calls get.
      if (!response.ok) return response;
      const reply: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      keep({ operation: 'chat/completions', reply, reads: READS });
      return response;
    },
  };
}
