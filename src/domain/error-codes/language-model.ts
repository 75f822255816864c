import type { CodeFacts } from './code-facts.ts';

/** How analysing a transcript with the language model can fail. */
export const LANGUAGE_MODEL_CODES = {
  MODEL_UNAVAILABLE: {
    meaning:
      'The language model did not answer, its answer broke off, or it reported an error of its own.',
    retryable: true,
    remedy: 'Wait until the language model answers again, then send the signal reprocess.',
  },
  MODEL_RATE_LIMITED: {
    meaning: 'The language model received too many requests.',
    retryable: true,
    remedy: "Raise the language model's quota or wait, then send the signal reprocess.",
  },
  MODEL_PAYMENT_REQUIRED: {
    meaning:
      'The account at the language model is out of money: its credit is used up, its spending limit is reached, or its billing is switched off.',
    retryable: true,
    remedy:
      'Add credit, or raise the spending limit, in the account to which LLM_API_KEY belongs, then send the signal reprocess.',
  },
  MODEL_QUEUED: {
    meaning:
      'The analysis waits for a place at the language model: each worker asks it no more than LLM_CONCURRENCY things at once.',
    retryable: true,
    remedy:
      'Raise LLM_CONCURRENCY if the language model can take more, since a place took longer than a week to come; restart the workers, then send the signal reprocess.',
  },
  MODEL_CREDENTIALS_REFUSED: {
    meaning: 'The language model refused the key.',
    retryable: false,
    remedy: 'Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
  },
  MODEL_BAD_REQUEST: {
    meaning: 'The language model refused the request, or what answered is not a language model.',
    retryable: false,
    remedy:
      'Check LLM_BASE_URL, LLM_MODEL and whether LLM_MODEL writes as much as LLM_MAX_OUTPUT_TOKENS, restart the workers, then send the signal reprocess.',
  },
  MODEL_TRANSCRIPT_TOO_LONG: {
    meaning:
      'The transcript exceeds what the model reads at once, or needs more parts than one call may cost.',
    retryable: false,
    remedy:
      'Set LLM_MAX_INPUT_TOKENS to what LLM_MODEL reads (its context less LLM_MAX_OUTPUT_TOKENS, which may have to be lower too), or choose a model that reads more, restart the workers, then send the signal reprocess.',
  },
  MODEL_INPUT_TRUNCATED: {
    meaning:
      'The server of the language model cut the request in silence, so that the model has not read the whole call.',
    retryable: false,
    remedy:
      "Let the server read as much as LLM_MAX_INPUT_TOKENS and LLM_MAX_OUTPUT_TOKENS together (Ollama: OLLAMA_CONTEXT_LENGTH, or the model's num_ctx), or lower LLM_MAX_INPUT_TOKENS to what it reads, so that calls are read in parts; restart the workers, then send the signal reprocess.",
  },
  MODEL_REASONING_EXHAUSTED: {
    meaning:
      'The language model used up its token limit for thinking, twice, and wrote no word of an answer.',
    retryable: false,
    remedy:
      'Raise LLM_MAX_OUTPUT_TOKENS, have the server let the model think less, or choose another LLM_MODEL, restart the workers, then send the signal reprocess.',
  },
  MODEL_CONTENT_BLOCKED: {
    meaning: 'The language model, or a filter in front of it, declined to analyse this call.',
    retryable: false,
    remedy:
      'Choose another LLM_MODEL, restart the workers, then send the signal reprocess; or leave the call as it is.',
  },
  MODEL_OUTPUT_TRUNCATED: {
    meaning:
      'The language model reached its token limit before the analysis was complete, even after being told twice to be shorter.',
    retryable: false,
    remedy:
      'Raise LLM_MAX_OUTPUT_TOKENS (models that think before they answer need more) or choose another LLM_MODEL, restart the workers, then send the signal reprocess.',
  },
  MODEL_OUTPUT_INVALID: {
    meaning:
      'The language model gave no usable analysis, even after being told twice what was wrong.',
    retryable: false,
    remedy:
      'Send the signal reprocess. If that does not help, check LLM_BASE_URL, choose another LLM_MODEL and restart the workers first.',
  },
} as const satisfies Record<string, CodeFacts>;
