import { z } from 'zod';

import { toCount } from '../../domain/bounded-number.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { untilPaid } from '../shared/about-money.ts';
import { findReason, readErrorWords } from './error-words.ts';
import { modelError, toStatusError } from './errors.ts';

/** Some servers answer in parts, and put the model's thoughts into parts of another type. */
const contentSchema = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.string(), text: z.unknown().optional() }))
    .transform((parts) =>
      parts
        .map(({ type, text }) => (type === 'text' && typeof text === 'string' ? text : ''))
        .join(''),
    ),
]);

/**
 * No request can cost more, because LLM_MAX_INPUT_TOKENS and LLM_MAX_OUTPUT_TOKENS go no higher. The
 * sum over three requests for each of the twenty parts of a long call fits a column of type integer.
 */
const MAX_TOKENS = 10_000_000;

/** The names of what a server had in a cache; some count it apart from `prompt_tokens`. */
const CACHED = ['cache_read_input_tokens', 'cache_creation_input_tokens'] as const;

const tokenCount = z
  .unknown()
  .optional()
  .transform((count) => toCount(count, MAX_TOKENS));

/** What is read of a chat completion. Everything else is ignored. */
const completionSchema = z.object({
  model: z.string().nullish().catch(null),
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      error: z.unknown().optional(),
      message: z
        .object({
          content: contentSchema.nullish(),
          refusal: z.string().nullish(),
          // Where servers put a model's thoughts: DeepSeek, vLLM and llama.cpp; OpenRouter and Ollama.
          reasoning_content: z.unknown().optional(),
          reasoning: z.unknown().optional(),
        })
        .nullish(),
    }),
  ),
  error: z.unknown().optional(),
  // An impossible count is no reason to lose a paid answer.
  usage: z
    .looseObject({
      prompt_tokens: tokenCount,
      completion_tokens: tokenCount,
      prompt_tokens_details: z.object({ cached_tokens: tokenCount }).nullish().catch(null),
    })
    .catch({ prompt_tokens: null, completion_tokens: null }),
});

/**
 * Some routers answer 200 and put the true status into the body, or into a choice that had begun.
 * Google's endpoint wraps an error in a list.
 */
const errorSchema = z.object({
  error: z.looseObject({ code: z.union([z.string(), z.number()]).nullish() }),
});
const wrappedErrorSchema = z.union([
  errorSchema,
  z.tuple([errorSchema]).transform(([only]) => only),
]);

/**
 * Why an answer ended, in the many spellings of compatible servers: OpenAI, Azure, Mistral, Gemini
 * (in capitals, or behind "content_filter:"), Anthropic, Bedrock, Zhipu.
 */
const ENDED_BY_FILTER =
  /content.?filter|safety|recitation|prohibited|block.?list|spii|guardrail|refusal|sensitive|moderation|model.?armor/i;
const ENDED_BY_LIMIT = /length|max.?(?:\w+.)?tokens|token.?limit|context.?window/i;

/** The form of a model's name. Anything else is dropped, because the name goes into a log row. */
const MODEL_NAME = /^[\w.:/@+-]{1,200}$/;

export type Reply = {
  /** What the model wrote; empty when it wrote nothing or called a tool, though it was given none. */
  readonly content: string;
  /** Whether the token limit cut it off. */
  readonly isCut: boolean;
  /** The model that answered, `null` when the server does not say. */
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How much of the request the server says that the model has read, its cache included; `null` when it does not say. */
  readonly readTokens: number | null;
  /** The limit was reached before a word of an answer was written: by the model's thoughts. */
  readonly isOnlyThoughts: boolean;
};

/**
 * Reads a chat completion. Throws MODEL_CONTENT_BLOCKED for a refusal. For an answer that is not a
 * chat completion, throws what the status inside it means, or MODEL_BAD_REQUEST without one.
 */
export function readReply(completion: unknown): Reply {
  const parsed = completionSchema.safeParse(completion);
  if (!parsed.success) throw notACompletion(completion);

  const { choices, usage, model, error } = parsed.data;
  const [choice] = choices;
  if (choice === undefined && error) throw notACompletion({ error });
  const end = choice?.finish_reason ?? '';
  // Telling the model what is wrong with such a text would not help.
  if (/^error$/i.test(end) || choice?.error) throw notACompletion({ error: choice?.error ?? {} });
  const tokens = {
    inputTokens: usage.prompt_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
  };
  if (ENDED_BY_FILTER.test(end) || choice?.message?.refusal) {
    throw modelError('MODEL_CONTENT_BLOCKED', 'it declined to answer', { context: tokens });
  }
  const content = choice?.message?.content ?? '';
  const isCut = ENDED_BY_LIMIT.test(end);
  const { reasoning_content: apart, reasoning } = choice?.message ?? {};
  const hasThought = tokens.outputTokens > 0 || Boolean(apart) || Boolean(reasoning);
  return {
    content,
    isCut,
    readTokens: readTokensOf(usage),
    isOnlyThoughts: isCut && hasThought && content.trim() === '',
    model: model != null && MODEL_NAME.test(model) ? model : null,
    ...tokens,
  };
}

/** With what was in a cache, which some servers count apart: rather too many than too few. */
function readTokensOf(usage: z.infer<typeof completionSchema>['usage']): number | null {
  if (!usage.prompt_tokens) return null;
  const apart = CACHED.map((name) => (name in usage ? toCount(usage[name], MAX_TOKENS) : null));
  const cached = [...apart, usage.prompt_tokens_details?.cached_tokens ?? null];
  return cached.reduce<number>((sum, count) => sum + (count ?? 0), usage.prompt_tokens);
}

function notACompletion(answer: unknown): Error {
  const failure = wrappedErrorSchema.safeParse(answer);
  if (!failure.success) {
    const said = typeof answer === 'object' ? findReason(readErrorWords(answer)) : null;
    return refusalWithoutStatus(
      said?.code ?? 'MODEL_BAD_REQUEST',
      'its answer is not a chat completion',
    );
  }

  const { error } = failure.data;
  const status = Number(error.code);
  const words = readErrorWords(error);
  if (Number.isInteger(status) && status >= 400 && status < 600)
    return toStatusError(status, words);
  const { code = 'MODEL_UNAVAILABLE' } = findReason(words) ?? {};
  return refusalWithoutStatus(code, 'it answered with an error of its own');
}

function refusalWithoutStatus(code: ErrorCode, why: string): Error {
  return modelError(code, why, {
    retryAfterMs: code === 'MODEL_PAYMENT_REQUIRED' ? untilPaid(null) : null,
  });
}
