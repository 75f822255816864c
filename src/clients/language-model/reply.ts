import { z } from 'zod';

import { modelError, toStatusError } from './errors.ts';

/** What is read of a chat completion. Everything else a server adds is left aside. */
const completionSchema = z.object({
  model: z.string().max(200).nullish(),
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    }),
  ),
  usage: z
    .object({
      prompt_tokens: z.int().min(0).nullish(),
      completion_tokens: z.int().min(0).nullish(),
    })
    .nullish(),
});

/** Some routers answer 200 and put the true status into the body. */
const errorSchema = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).nullish(),
    message: z.string().nullish(),
  }),
});

export type Reply = {
  /** What the model wrote; empty when it wrote nothing. */
  readonly content: string;
  /** The model that answered, `null` when the server does not tell. */
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/**
 * Reads a chat completion. Throws MODEL_CONTENT_BLOCKED for a refusal, MODEL_OUTPUT_TRUNCATED when the
 * token limit was reached, and for an answer that is no chat completion MODEL_BAD_REQUEST or the
 * status inside it.
 */
export function readReply(completion: unknown): Reply {
  const parsed = completionSchema.safeParse(completion);
  if (!parsed.success) throw notACompletion(completion);

  const { choices, usage, model } = parsed.data;
  const [choice] = choices;
  if (choice?.finish_reason === 'content_filter' || choice?.message.refusal) {
    throw modelError('MODEL_CONTENT_BLOCKED', 'it declined to answer');
  }
  if (choice?.finish_reason === 'length') {
    throw modelError('MODEL_OUTPUT_TRUNCATED', 'its answer was cut off at the token limit');
  }
  return {
    content: choice?.message.content ?? '',
    model: model || null,
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
  };
}

function notACompletion(answer: unknown): Error {
  const failure = errorSchema.safeParse(answer);
  if (!failure.success) return modelError('MODEL_BAD_REQUEST', 'its answer is no chat completion');

  const { code, message } = failure.data.error;
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600
    ? toStatusError(status, message ?? '')
    : modelError('MODEL_UNAVAILABLE', 'it answered with an error of its own');
}
