import { fault, ok, type Check } from '../check.ts';
import { MODEL_REMEDIES, MODEL_WITHIN_MS } from './model.ts';

type Model = {
  statedContext(signal: AbortSignal): Promise<number | null>;
  analyzeLongestCall(signal: AbortSignal): Promise<{ readonly inputTokens: number }>;
};

type Limits = { readonly maxInputTokens: number; readonly maxOutputTokens: number };

/**
 * Whether the model reads and writes as much as the two limits allow: by what its server states, or
 * else by a call of that length.
 */
export function modelContextCheck(
  model: Model,
  { maxInputTokens, maxOutputTokens }: Limits,
  needs: readonly Check[],
): Check {
  return {
    name: 'language model: context',
    needs,
    withinMs: MODEL_WITHIN_MS,
    remedies: MODEL_REMEDIES,
    async run(signal) {
      const wanted = maxInputTokens + maxOutputTokens;
      const stated = await model.statedContext(signal);
      if (stated !== null && stated < wanted) {
        return fault(
          `Its server states a context of ${stated} tokens, and the two limits allow ${wanted}.`,
          'Lower LLM_MAX_INPUT_TOKENS or LLM_MAX_OUTPUT_TOKENS, or have the server read more.',
        );
      }
      if (stated !== null)
        return ok(`Its server states a context of ${stated} tokens, which fits.`);
      const { inputTokens } = await model.analyzeLongestCall(signal);
      return ok(
        `It read a call of the greatest length that one request may have (${inputTokens} tokens).`,
      );
    },
  };
}
