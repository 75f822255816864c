import { ok, type Check, type Remedies } from '../check.ts';

type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

/** What to do about the language model before it has ever worked. */
export const MODEL_REMEDIES: Remedies = {
  MODEL_UNAVAILABLE:
    'Check LLM_BASE_URL, that its server is up, and that this machine may reach it.',
  MODEL_BAD_REQUEST:
    'Check LLM_BASE_URL (it includes /v1), LLM_MODEL and whether LLM_MODEL writes as much as LLM_MAX_OUTPUT_TOKENS.',
  MODEL_OUTPUT_INVALID: 'Choose another LLM_MODEL: this one does not answer by the schema.',
  MODEL_CONTENT_BLOCKED:
    'Choose another LLM_MODEL, or loosen its filter: it declined to analyse two harmless sentences.',
};

// Two minutes: a small machine that loads the model first needs one.
export const MODEL_WITHIN_MS = 120_000;

/** Whether the language model accepts the key and analyses a call by the schema. */
export function modelCheck(model: {
  analyzeShortCall(signal: AbortSignal): Promise<Tokens>;
}): Check {
  return {
    name: 'language model',
    withinMs: MODEL_WITHIN_MS,
    remedies: MODEL_REMEDIES,
    async run(signal) {
      const { inputTokens, outputTokens } = await model.analyzeShortCall(signal);
      return ok(
        `It analysed a call of two sentences by the schema (${inputTokens} tokens read, ${outputTokens} written).`,
      );
    },
  };
}
