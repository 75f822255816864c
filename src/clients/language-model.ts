import { randomBytes } from 'node:crypto';

import OpenAI from 'openai';

import { analysisJsonSchema, analysisSchema, type Analysis } from './language-model/analysis.ts';
import { lacksStructuredOutput, modelError, toRequestError } from './language-model/errors.ts';
import {
  PROMPT_VERSION,
  repairPrompt,
  systemPrompt,
  userPrompt,
  type PromptInput,
} from './language-model/prompt.ts';
import { findJsonObject } from './language-model/reply-json.ts';
import { readReply, type Reply } from './language-model/reply.ts';
import { createFetch, REQUEST_TIMEOUT_MS } from './language-model/transport.ts';

export type LanguageModelConfig = {
  /** Includes `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
};

export type CallAnalysisResult = {
  readonly data: Analysis;
  /** The model that answered, by the server's own name for it. */
  readonly model: string;
  readonly promptVersion: string;
  /** Tokens of all requests that this analysis took, repairs included; 0 where the server does not count. */
  readonly inputTokens: number;
  readonly outputTokens: number;
};

export type LanguageModel = {
  /**
   * Analyses one call. Paid. Throws MODEL_* codes, without a word of the call; an abort goes through as
   * the signal's reason.
   */
  analyze(input: PromptInput, signal: AbortSignal): Promise<CallAnalysisResult>;
};

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** A model that cannot mend its reply when told twice what is wrong with it, will not. */
const MOST_REPAIRS = 2;

/** All requests of one analysis, inside the 20 minutes that an attempt of the step has. */
const ANALYSIS_TIMEOUT_MS = 19 * 60 * 1000;

/** As much of a faulty reply as a repair needs to see; a runaway one would cost more than it helps. */
const MOST_QUOTED_CHARACTERS = 8_000;

/**
 * Creates the client for any server with OpenAI's chat completions. Structured output is asked for until
 * the server says that it knows none; the schema stands in the prompt either way.
 * A request has `requestTimeoutMs`.
 */
export function createLanguageModel(
  config: LanguageModelConfig,
  requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
): LanguageModel {
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

  return {
    async analyze(input, signal) {
      signal.throwIfAborted();
      const timeout = AbortSignal.timeout(ANALYSIS_TIMEOUT_MS);
      try {
        return await analyze(input, AbortSignal.any([signal, timeout]));
      } catch (error) {
        signal.throwIfAborted();
        throw toRequestError(error);
      }
    },
  };

  async function analyze(input: PromptInput, signal: AbortSignal): Promise<CallAnalysisResult> {
    const marker = randomBytes(8).toString('hex');
    const messages: Message[] = [
      { role: 'system', content: systemPrompt(marker) },
      { role: 'user', content: userPrompt(input, marker) },
    ];
    let inputTokens = 0;
    let outputTokens = 0;
    let problem = '';
    for (let repairs = 0; repairs <= MOST_REPAIRS; repairs += 1) {
      const reply = await ask(messages, signal);
      inputTokens += reply.inputTokens;
      outputTokens += reply.outputTokens;

      const checked = check(reply.content, marker);
      if ('data' in checked) {
        const model = reply.model ?? config.model;
        return {
          data: checked.data,
          model,
          promptVersion: PROMPT_VERSION,
          inputTokens,
          outputTokens,
        };
      }
      problem = checked.place;
      messages.push(...toRepair(reply.content, checked.problem));
    }
    throw modelError(
      'MODEL_OUTPUT_INVALID',
      `its ${MOST_REPAIRS + 1} answers were unusable (${problem})`,
      {
        context: { inputTokens, outputTokens },
      },
    );
  }

  async function ask(messages: readonly Message[], signal: AbortSignal): Promise<Reply> {
    const request = { model: config.model, messages: [...messages] };
    if (!hasStructuredOutput) {
      return readReply(await openai.chat.completions.create(request, { signal }));
    }
    try {
      const response_format = {
        type: 'json_schema' as const,
        json_schema: { name: 'call_analysis', strict: true, schema: { ...analysisJsonSchema } },
      };
      return readReply(
        await openai.chat.completions.create({ ...request, response_format }, { signal }),
      );
    } catch (error) {
      if (!lacksStructuredOutput(error)) throw error;
      hasStructuredOutput = false;
      return ask(messages, signal);
    }
  }
}

/**
 * The analysis in a reply, or what is wrong with it: `problem` in the validator's words, for the model;
 * `place` without a word of the reply, for people.
 */
function check(
  content: string,
  marker: string,
): { data: Analysis } | { problem: string; place: string } {
  if (content.trim() === '') return { problem: 'It is empty.', place: 'empty' };
  // Only the standing orders know the marker: a reply that holds it repeats them.
  if (content.includes(marker)) {
    return { problem: 'It repeats the marks around the transcript.', place: 'repeats the prompt' };
  }
  const object = findJsonObject(content);
  if (object === null) return { problem: 'It is not one JSON object.', place: 'not JSON' };

  const parsed = analysisSchema.safeParse(object);
  if (parsed.success) return { data: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const place = parsed.error.issues.map(({ path, code }) => `${code} at "${path.join('.')}"`);
  return { problem: issues.slice(0, 20).join('\n'), place: place.slice(0, 3).join(', ') };
}

function toRepair(content: string, problem: string): Message[] {
  const quoted = content.slice(0, MOST_QUOTED_CHARACTERS);
  const request: Message = { role: 'user', content: repairPrompt(problem) };
  // Servers refuse an empty message of the assistant.
  return quoted.trim() === '' ? [request] : [{ role: 'assistant', content: quoted }, request];
}
