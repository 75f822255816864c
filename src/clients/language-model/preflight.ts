import { z } from 'zod';

import { renderTurns, type Turn } from '../../domain/turns.ts';
import { withDeadline } from '../shared/with-deadline.ts';
import type { LanguageModelConfig } from './chat.ts';
import { createLanguageModel, type CallText } from './client.ts';
import { modelError, type Tokens } from './errors.ts';
import { sizeOf } from './parts.ts';
import { loadPrompts } from './prompts.ts';
import { keepNothing, SHORT_CALL, turn } from './short-call.ts';
import { createTasks } from './tasks.ts';
import { createTransport } from './transport.ts';

type ModelQuestions = {
  /** Has a call of two sentences analysed, as every call is. Paid. Throws MODEL_* codes. */
  analyzeShortCall(signal: AbortSignal): Promise<Tokens>;
  /** The context of the model in tokens, where its server says how large it is. */
  statedContext(signal: AbortSignal): Promise<number | null>;
  /** Has a call analysed that is as long as one request may be. Paid. Throws MODEL_* codes. */
  analyzeLongestCall(signal: AbortSignal): Promise<Tokens>;
};

const LIST_TIMEOUT_MS = 8_000;

/** The names under which servers state it in their list of models: vLLM, OpenRouter, Groq, Mistral, LM Studio. */
const contextSchema = z.object({
  id: z.string(),
  max_model_len: z.int().positive().nullish(),
  context_length: z.int().positive().nullish(),
  context_window: z.int().positive().nullish(),
  max_context_length: z.int().positive().nullish(),
});
const listSchema = z.object({ data: z.array(z.unknown()) });

const NOBODY = { companyName: null, phoneNumber: null } as const;

/** Creates the questions that are asked of the language model before the service is started. */
export function createModelQuestions(config: LanguageModelConfig): ModelQuestions {
  const model = createLanguageModel(config);
  const transport = createTransport();

  const analyze = async (turns: readonly Turn[], signal: AbortSignal): Promise<Tokens> => {
    const call: CallText = { ...NOBODY, turns };
    const { inputTokens, outputTokens } = await model.analyze(call, keepNothing(), signal);
    return { inputTokens, outputTokens };
  };

  return {
    analyzeShortCall: (signal) => analyze(SHORT_CALL, signal),

    statedContext: (signal) =>
      withDeadline(
        {
          signal,
          timeoutMs: LIST_TIMEOUT_MS,
          toTimeoutError: (cause) =>
            modelError('MODEL_UNAVAILABLE', 'no list of models came in time', { cause }),
        },
        async (limited) => {
          const answer = await transport.fetch(`${config.baseUrl}/models`, {
            headers: { authorization: `Bearer ${config.apiKey}` },
            signal: limited,
          });
          return answer.ok ? contextIn(await answer.text(), config.model) : null;
        },
      ),

    analyzeLongestCall: (signal) => analyze(longestCall(config), signal),
  };
}

function contextIn(text: string, model: string): number | null {
  const list = listSchema.safeParse(parse(text));
  if (!list.success) return null;
  const found = list.data.data
    .map((entry) => contextSchema.safeParse(entry))
    .find((entry) => entry.success && entry.data.id === model);
  if (found?.success !== true) return null;
  const { max_model_len, context_length, context_window, max_context_length } = found.data;
  return max_model_len ?? context_length ?? context_window ?? max_context_length ?? null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** As many turns as one request has room for. */
function longestCall(config: LanguageModelConfig): readonly Turn[] {
  const room = createTasks(loadPrompts(), NOBODY, []).roomFor('analysis', config);
  const turns = [...SHORT_CALL];
  let { tokens, bytes } = sizeOf(renderTurns(turns));
  for (let number = 1; ; number += 1) {
    const next = turn(number % 2 === 0 ? 'Agent' : 'Caller', spelling(number));
    const size = sizeOf(`${renderTurns([next])}\n`);
    tokens += size.tokens + 1;
    bytes += size.bytes;
    if (tokens > room.tokens || bytes > room.bytes) return turns;
    turns.push(next);
  }
}

/**
 * A sentence and a row of letters, different for every number. Tokens are estimated high, for
 * sentences about twice; a letter by itself is a whole token, so that together they come close to
 * what the estimate says without exceeding it.
 */
function spelling(number: number): string {
  const letters = Array.from({ length: 12 }, (_, index) =>
    String.fromCharCode(65 + ((number * 7 + index * index * 3 + index * number) % 26)),
  );
  return `The next line on the label of the machine reads ${letters.join(' ')}, as far as I can see.`;
}
