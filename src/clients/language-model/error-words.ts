import type { ErrorCode } from '../../domain/error-codes.ts';
import { isAboutMoney } from '../shared/about-money.ts';

/**
 * The keys under which servers say what is wrong, in the shapes of OpenAI, Google (which may wrap it
 * in a list), FastAPI, Mistral and OpenRouter, which passes on another server's answer as text. The
 * values of all other keys are left out, because some servers repeat there what they were sent.
 */
const TELLING_KEYS: ReadonlySet<string> = new Set([
  ...['error', 'errors', 'message', 'msg', 'detail', 'details', 'description', 'metadata', 'raw'],
  ...[
    'code',
    'type',
    'error_type',
    'param',
    'status',
    'reason',
    'reasons',
    'loc',
    'object',
    'innererror',
  ],
]);

/** Deeper than any server nests its reason. */
const MAX_DEPTH = 8;

/** What an error says, whatever its shape: its words, each in a line. Not to be quoted. */
export function readErrorWords(error: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) return '';
  if (typeof error === 'string') {
    const inner = /^\s*[[{]/.test(error) ? parse(error) : undefined;
    return inner === undefined ? error : readErrorWords(inner, depth + 1);
  }
  if (typeof error === 'number') return String(error);
  if (typeof error !== 'object' || error === null) return '';
  const isList = Array.isArray(error);
  return Object.entries(error)
    .filter(([key]) => isList || TELLING_KEYS.has(key.toLowerCase()))
    .map(([, value]) => readErrorWords(value, depth + 1))
    .filter((words) => words !== '')
    .join('\n');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const TOKEN_LIMIT = String.raw`max[_ ]?(?:completion[_ ]|output[_ ]|new[_ ]|gen[_ ])?(?:tokens?|len)`;

/** How servers say that a request allows itself to write more than the model can (OpenAI, Anthropic, Groq, DeepSeek, Mistral, Qwen). */
const WRITES_TOO_MUCH = new RegExp(
  [
    String.raw`${TOKEN_LIMIT}\W.{0,60}?(?:too (?:large|big|high)|less than|at most|greater than|exceed|larger than|valid range|must be|should be|in range|>|<)`,
    String.raw`(?:invalid|range of) ${TOKEN_LIMIT}`,
    String.raw`maximum (?:allowed )?number of output tokens`,
    String.raw`supports at most \d+ (?:completion|output) tokens`,
    String.raw`maxOutputTokens`,
  ].join('|'),
  'i',
);

/** How servers say that reading and writing together exceed the model, which the last pattern would match too. */
const CONTEXT =
  /context[_ ]?(?:length|limit)|context (?:window|size)|max_model_len|max(?:imum)?[_ ](?:model|sequence|seq)[_ ]len|max_total_tokens|`inputs` tokens \+/i;

/** A limit on tokens in a time, which is not a limit on one request unless the request alone exceeds it. */
const RATE = /rate.?limit|per.?minute|quota/i;
const EXCEEDS_RATE_ALONE = /request too large|tokens? must be reduced/i;

/**
 * How servers say that a request exceeds what the model reads: OpenAI, Azure, vLLM, SGLang, llama.cpp
 * and its Python server, Ollama, LM Studio, Gemini, Anthropic, Bedrock, OpenRouter, Mistral, Groq,
 * Together, Fireworks, TGI, xAI, Cohere, Moonshot, Z.ai, Qwen and GitHub.
 */
const READS_TOO_LITTLE = new RegExp(
  [
    String.raw`context[_ -]?(?:length|window|size|limit|overflow)`,
    String.raw`max(?:imum|\.)?[_ ](?:allowed )?(?:context|prompt|input|sequence|model|seq)[_ ]?len`,
    String.raw`max_model_len|max_input_(?:tokens|length)|max_total_tokens|\bn_ctx\b`,
    String.raw`maximum context`,
    '`inputs` tokens \\+',
    String.raw`too many (?:input |prompt )?tokens`,
    String.raw`(?:prompt|input|inputs|message|messages|request|query|conversation)(?: text| \([^)]*\))? (?:is|are|was|were|of .{0,30})?\s*too (?:long|large|big)`,
    String.raw`(?:prompt|input|request)_?(?:is_)?too_(?:long|large)`,
    String.raw`too large for (?:the )?model`,
    String.raw`exceed\w* (?:the )?(?:model(?:'s)? )?(?:max(?:imum)?|limit|configured|allowed).{0,40}(?:token|length|input|size)`,
    String.raw`(?:input|prompt|inputs?|message)s? ?(?:tokens?|length|size)?(?: count)?(?: of)?(?: \(?\d+\)?)?.{0,30} exceeds? .{0,30}(?:max|limit|context|\d|allow)`,
    String.raw`tokens?.{0,60} exceed.{0,30}(?:max|limit|\d)`,
    String.raw`exceeded (?:the )?model token limit|token limit (?:was )?exceeded`,
    String.raw`(?:must have|have|be) (?:less|fewer|smaller) than .{0,30}(?:tokens|max_seq_len|max)`,
    String.raw`(?:longer|greater|larger|more) than (?:the )?(?:model|context|max)`,
    String.raw`token count is \d+ but`,
    String.raw`(?:range of )?input length should be`,
    String.raw`reduce (?:the )?(?:length|size|number|your prompt|your (?:input|messages))`,
    EXCEEDS_RATE_ALONE.source,
  ].join('|'),
  'i',
);

/** How filters say that they stopped a request, and by what names, in capitals, they do. */
const FILTERED =
  /content.?filter|content.?polic|content management|responsible.?ai|blocked (?:by|due to|because of|for)|(?:safety|moderation) (?:system|filter|reasons|polic)|(?:was|been) flagged|requires moderation|moderation_blocked|guardrail|data_?inspection|inappropriate content|violat\w* .{0,40}(?:polic|guideline|terms)|usage polic/i;
const FILTER_NAME = /\b(?:SAFETY|RECITATION|PROHIBITED_CONTENT|BLOCKLIST|SPII)\b/;

/** How servers say, with a status that does not, that they refuse the key. */
const KEY_REFUSED =
  /api[_ -]?key.{0,30}(?:not valid|invalid|expired|not found|missing|incorrect|suspended|required)|(?:invalid|incorrect|expired|missing|wrong|no valid|no) (?:\w+ )?(?:api[_ -]?key|credentials|authentication|authorization)|invalid_?api_?key|authentication_error|invalid_authentication|UNAUTHENTICATED|PERMISSION_DENIED/i;

export type Refusal = {
  readonly code: ErrorCode;
  /** What it says about our settings or the call, to be shown to people. */
  readonly fact?: string;
};

/**
 * The reason that an error's words give, where they give one that its status does not: `null`
 * otherwise. The patterns follow answers that servers are known to send.
 */
export function findReason(words: string): Refusal | null {
  if (isAboutMoney(words)) return { code: 'MODEL_PAYMENT_REQUIRED' };
  if (KEY_REFUSED.test(words)) return { code: 'MODEL_CREDENTIALS_REFUSED' };
  if (WRITES_TOO_MUCH.test(words) && !CONTEXT.test(words)) {
    return {
      code: 'MODEL_BAD_REQUEST',
      fact: 'LLM_MAX_OUTPUT_TOKENS exceeds what the model writes',
    };
  }
  const isTooLong = RATE.test(words) ? EXCEEDS_RATE_ALONE : READS_TOO_LITTLE;
  if (isTooLong.test(words)) return { code: 'MODEL_TRANSCRIPT_TOO_LONG' };
  return FILTERED.test(words) || FILTER_NAME.test(words) ? { code: 'MODEL_CONTENT_BLOCKED' } : null;
}
