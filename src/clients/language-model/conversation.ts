import type { z } from 'zod';

import type { AnswerForm, Chat, Message } from './chat.ts';
import { CHECK_FIELD, leastTokens, repeatsNumbers, type CheckNumbers } from './check-numbers.ts';
import { modelError, type Tokens } from './errors.ts';
import type { Prompts } from './prompts.ts';
import { findJsonObject } from './reply-json.ts';
import type { Reply } from './reply.ts';
import { repeatsSecrets, type Secrets } from './secrets.ts';

/** Something that the model has to make of a call's words. */
export type Task<T> = AnswerForm & {
  readonly messages: readonly Message[];
  readonly secrets: Secrets;
  /** What the answer must repeat of the request; `null` for a request that is too short to be cut. */
  readonly checkNumbers: CheckNumbers | null;
  readonly schema: z.ZodType<T>;
  /** Splits a well-formed answer into what was really said in the call and what was not. */
  readonly verify: (answer: T) => { readonly kept: T; readonly unsaid: readonly string[] };
};

export type Answer<T> = {
  readonly data: T;
  /** The model that answered, by the server's own name for it; `null` when it does not say. */
  readonly model: string | null;
  /** Tokens of all requests, repairs included; 0 where the server does not count. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How many claims that somebody said something were dropped, because nobody did. */
  readonly leftOut: number;
};

/** A model that has not mended its reply after being told twice what is wrong with it never will. */
const MAX_REPAIRS = 2;

/** As much of a faulty reply as a repair needs to see; all of a runaway one would cost more than it helps. */
const MAX_QUOTED_CHARACTERS = 4_000;
const MAX_PROBLEM_CHARACTERS = 2_000;

/**
 * The most that a repair adds to a request: the faulty reply and what is wrong with it, at two
 * characters a token, which is the rate of JSON's punctuation and of scripts other than Latin.
 */
export const REPAIR_TOKENS = (MAX_QUOTED_CHARACTERS + MAX_PROBLEM_CHARACTERS) / 2;

/**
 * How often a model is asked that has not repeated the check numbers, or has only thought. A second
 * try tells a slip from a server that cuts requests, or from a budget that is too small; a third one
 * would cost as much again and tell nothing new.
 */
const MOST_TRIES = 2;

/**
 * A server whose context is smaller cannot even read our instructions, so that a smaller count is
 * nonsense, which says nothing.
 */
const SMALLEST_COUNT_THAT_TELLS = 512;

/** Why a reply cannot be used: `problem` for the model, in the validator's words; `place` for people, without quoting. */
type Fault = {
  readonly problem: string;
  readonly place: string;
  /** What it is when it happens again. */
  readonly lasting?: 'MODEL_INPUT_TRUNCATED' | 'MODEL_REASONING_EXHAUSTED';
};

/**
 * Has the model do a task: asks, checks the whole reply, and says at most twice what is wrong with
 * it. Throws MODEL_OUTPUT_TRUNCATED or MODEL_OUTPUT_INVALID when no reply was usable,
 * MODEL_INPUT_TRUNCATED when the model has not read the whole request, and MODEL_REASONING_EXHAUSTED
 * when it wrote nothing but thoughts, twice. A reply whose
 * only fault is a claim that nobody made is used in the end without that claim: an analysis with
 * fewer quotes is still complete, and true.
 */
export async function converse<T>(
  { chat, prompts }: { readonly chat: Chat; readonly prompts: Prompts },
  task: Task<T>,
  signal: AbortSignal,
): Promise<Answer<T>> {
  let messages = task.messages;
  let inputTokens = 0;
  let outputTokens = 0;
  let wellFormed: Pick<Answer<T>, 'data' | 'model' | 'leftOut'> | null = null;
  let fault: Fault = { problem: '', place: '' };
  let isCut = false;
  const lasting: Record<string, number> = {};
  for (let repairs = 0; repairs <= MAX_REPAIRS; repairs += 1) {
    let reply: Reply;
    try {
      reply = await chat(messages, task, signal);
    } catch (error) {
      // If only its quotes were to be mended, the reply that is already paid for will do.
      if (wellFormed === null || signal.aborted) throw error;
      break;
    }
    inputTokens += reply.inputTokens;
    outputTokens += reply.outputTokens;
    isCut = reply.isCut;
    // What a repair repeats may be in the server's cache and not be counted.
    if (repairs === 0) checkWasRead(reply, task.messages);

    const checked = check(reply, task);
    if ('data' in checked) {
      const { kept, unsaid } = task.verify(checked.data);
      // A repair may invent more than it mends.
      if (wellFormed === null || unsaid.length <= wellFormed.leftOut) {
        wellFormed = { data: kept, model: reply.model, leftOut: unsaid.length };
      }
      if (unsaid.length === 0) break;
      fault = { problem: unsaid.join('\n'), place: 'unsaid' };
    } else {
      fault = checked;
      const { lasting: code } = checked;
      if (code !== undefined) {
        lasting[code] = (lasting[code] ?? 0) + 1;
        if (lasting[code] === MOST_TRIES) {
          throw modelError(code, `${MOST_TRIES} answers show it (${fault.place})`, {
            context: { inputTokens, outputTokens },
          });
        }
      }
    }
    messages = [...task.messages, ...toRepair(reply, fault, prompts)];
  }
  if (wellFormed !== null) return { ...wellFormed, inputTokens, outputTokens };

  const code = isCut ? 'MODEL_OUTPUT_TRUNCATED' : 'MODEL_OUTPUT_INVALID';
  throw modelError(code, `its ${MAX_REPAIRS + 1} answers were unusable (${fault.place})`, {
    context: { inputTokens, outputTokens },
  });
}

/** Throws MODEL_INPUT_TRUNCATED when the server says that the model has read less than can be. */
function checkWasRead(reply: Reply, messages: readonly Message[]): void {
  const least = leastTokens(messages);
  const { readTokens, inputTokens, outputTokens } = reply;
  if (readTokens === null || readTokens >= least || readTokens < SMALLEST_COUNT_THAT_TELLS) return;
  const context = { inputTokens, outputTokens } satisfies Tokens;
  const why = `the model read ${readTokens} tokens of a request of at least ${least}`;
  throw modelError('MODEL_INPUT_TRUNCATED', why, { context });
}

/** The answer in a reply, or what is wrong with it. */
function check<T>(
  reply: Reply,
  { schema, secrets, checkNumbers, messages }: Task<T>,
): { readonly data: T } | Fault {
  const { content, isCut } = reply;
  const found = findJsonObject(content, { isCut });
  const { object, isRead } = takeCheckNumbers(found, checkNumbers);
  // An honest count shows as much; a model on a server without structured output may forget the field.
  if (isRead === false || (isRead === null && (reply.readTokens ?? 0) < leastTokens(messages))) {
    return {
      problem: `${CHECK_FIELD}: it does not repeat the three check numbers of the request.`,
      place: 'no check numbers',
      lasting: 'MODEL_INPUT_TRUNCATED',
    };
  }
  if (repeatsSecrets(content, secrets)) {
    return { problem: 'It repeats the marks or the orders.', place: 'repeats the prompt' };
  }
  if (object === null) return faultWithoutObject(reply);
  const parsed = schema.safeParse(object);
  if (parsed.success) return { data: parsed.data };
  const { issues } = parsed.error;
  const place = issues.map(({ path, code }) => `${code} at "${path.join('.')}"`);
  return {
    problem: issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    place: place.slice(0, 3).join(', '),
  };
}

/** Why there is no object in a reply. */
function faultWithoutObject({ content, isCut, isOnlyThoughts }: Reply): Fault {
  if (isOnlyThoughts) {
    return {
      problem: 'It was cut off at the token limit, which thoughts had used up. Think much less.',
      place: 'only thoughts',
      lasting: 'MODEL_REASONING_EXHAUSTED',
    };
  }
  if (isCut) {
    return {
      problem: 'It was cut off at the token limit. Be much shorter.',
      place: 'cut off at the token limit',
    };
  }
  return content.trim() === ''
    ? { problem: 'It is empty. There are no tools to call.', place: 'empty' }
    : { problem: 'It is not one JSON object.', place: 'not JSON' };
}

/** The answer without the field of the check numbers, and whether it repeats them; `null` when it does not say. */
function takeCheckNumbers(found: Record<string, unknown> | null, numbers: CheckNumbers | null) {
  if (numbers === null || found === null) return { object: found, isRead: true };
  const { [CHECK_FIELD]: _, ...object } = found;
  return { object, isRead: repeatsNumbers(found, numbers) };
}

/** Shows only the last reply: faults of earlier ones are mended in it, or reported again. */
function toRepair({ content, isCut }: Reply, { problem }: Fault, prompts: Prompts): Message[] {
  // Servers refuse half a character, whether it is the model's own or made by the cut.
  const quoted = isCut ? '' : content.slice(0, MAX_QUOTED_CHARACTERS).toWellFormed();
  return [
    // Servers refuse an empty assistant message, and some models two user messages in a row.
    { role: 'assistant', content: quoted.trim() === '' ? '(no answer)' : quoted },
    {
      role: 'user',
      content: prompts.repair(problem.slice(0, MAX_PROBLEM_CHARACTERS).toWellFormed()),
    },
  ];
}
