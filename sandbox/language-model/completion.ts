import { randomUUID } from 'node:crypto';
import { readFacts, splitPrompt } from './call-facts.ts';
import { textOf, type ChatRequest } from './chat-request.ts';
import { fillSchema } from './fill-schema.ts';
import { checkStrict, findSchemaIn, type JsonSchema } from './json-schema.ts';
import { invalidRequest } from './openai-error.ts';

/** The context length of common models, in tokens. */
const CONTEXT_TOKENS = 128_000;
/** English text has about four characters a token; an exact count would need the model's own vocabulary. */
const CHARACTERS_PER_TOKEN = 4;

/** The schema of an answer to a request without a schema. */
const DEFAULT_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    summary: { type: 'string' },
    category: { type: 'string' },
    sentiment: { enum: ['positive', 'neutral', 'negative'] },
    resolved: { type: 'boolean' },
    actionItems: { type: 'array', items: { type: 'string' } },
  },
};

/**
 * Answers a chat request with an analysis of the transcript in it; the answer is deterministic.
 *
 * @throws OpenAiError 400 where OpenAI does too: for a schema that is not strict, JSON mode without the word JSON, a
 * prompt beyond the context length.
 */
export function complete(request: ChatRequest): object {
  const promptText = request.messages.map(textOf).join('\n');
  const promptTokens = countTokens(promptText);
  if (promptTokens > CONTEXT_TOKENS) {
    throw invalidRequest(
      `This model's maximum context length is ${String(CONTEXT_TOKENS)} tokens. ` +
        `However, your messages resulted in ${String(promptTokens)} tokens.`,
      'messages',
      'context_length_exceeded',
    );
  }
  const answer = JSON.stringify(fillSchema(chooseSchema(request, promptText), factsOf(request)));
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const isCut = countTokens(answer) > limit;
  const content = isCut ? answer.slice(0, limit * CHARACTERS_PER_TOKEN) : answer;
  const completionTokens = countTokens(content);
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: isCut ? 'length' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

/** The facts of the last user message with a transcript; later messages may ask for a repair. */
export function factsOf({ messages }: ChatRequest): ReturnType<typeof readFacts> {
  const texts = messages.filter(({ role }) => role === 'user').map(textOf);
  const withTranscript = texts.findLast((text) => splitPrompt(text).preamble !== '');
  return readFacts(withTranscript ?? texts.join('\n'));
}

/** Reads a schema from the instructions only, so that nothing said in a call can change it. */
function chooseSchema(
  { response_format: format, messages }: ChatRequest,
  prompt: string,
): JsonSchema {
  if (format?.type === 'json_schema') {
    const { name, schema = {}, strict } = format.json_schema;
    if (strict === true) {
      checkStrict(schema, name);
    }
    return schema;
  }
  if (format?.type === 'json_object' && !/json/i.test(prompt)) {
    throw invalidRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
    );
  }
  const instructions = messages.map((message) =>
    message.role === 'user' ? splitPrompt(textOf(message)).preamble : textOf(message),
  );
  return findSchemaIn(instructions.join('\n')) ?? DEFAULT_SCHEMA;
}

function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
