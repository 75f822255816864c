import { z } from 'zod';

import { toCount } from '../../domain/bounded-number.ts';
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

const tokens = z.unknown().transform((count) => toCount(count, MAX_TOKENS));

/** What is read of a chat completion. Everything else is ignored. */
const completionSchema = z.object({
  model: z.string().nullish().catch(null),
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      error: z.unknown().optional(),
      message: z.object({ content: contentSchema.nullish(), refusal: z.string().nullish() }),
    }),
  ),
  error: z.unknown().optional(),
  // An impossible count is no reason to lose a paid answer.
  usage: z
    .object({ prompt_tokens: tokens, completion_tokens: tokens })
    .catch({ prompt_tokens: null, completion_tokens: null }),
});

/** Some routers answer 200 and put the true status into the body, or into a choice that had begun. */
const errorSchema = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).nullish(),
    message: z.string().nullish(),
  }),
});

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
  // Telling the model what is wrong with such a text would not help.
  if (choice?.finish_reason === 'error' || choice?.error) {
    throw notACompletion({ error: choice.error ?? {} });
  }
  if (choice?.finish_reason === 'content_filter' || choice?.message.refusal) {
    throw modelError('MODEL_CONTENT_BLOCKED', 'it declined to answer');
  }
  return {
    content: choice?.message.content ?? '',
    isCut: choice?.finish_reason === 'length',
    model: model != null && MODEL_NAME.test(model) ? model : null,
    inputTokens: usage.prompt_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
  };
}

function notACompletion(answer: unknown): Error {
  const failure = errorSchema.safeParse(answer);
  if (!failure.success)
    return modelError('MODEL_BAD_REQUEST', 'its answer is not a chat completion');

  const { code, message } = failure.data.error;
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600
    ? toStatusError(status, message ?? '')
    : modelError('MODEL_UNAVAILABLE', 'it answered with an error of its own');
}
