import { createHash } from 'node:crypto';

import type { Turn } from '../../domain/turns.ts';
import type { Analysis } from './analysis.ts';
import { createChat, type LanguageModelConfig } from './chat.ts';
import { converse, type Answer, type Task } from './conversation.ts';
import { modelError, toRequestError } from './errors.ts';
import { inLanes } from './map-concurrently.ts';
import { NOTES_MOST_TOKENS, notesSchema, type Notes } from './notes.ts';
import { toParts, type TranscriptPart } from './parts.ts';
import { loadPrompts, PROMPT_VERSION } from './prompts.ts';
import { createTasks, type Caller, type Tasks } from './tasks.ts';
import { REQUEST_TIMEOUT_MS } from './transport.ts';

export type { LanguageModelConfig } from './chat.ts';

export type CallText = Caller & {
  /** What was said, in order; at least one turn. */
  readonly turns: readonly Turn[];
};

/** What tells the notes of one part from all others: the same key, the same request. */
type NotesKey = {
  /** Counts from 0. */
  readonly index: number;
  readonly promptVersion: string;
  /** The model that was asked. */
  readonly model: string;
  /** Of everything that was sent, but for its random words. Hex. */
  readonly inputSha256: string;
};

export type StoredNotes = {
  readonly data: unknown;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** Where the notes of a long call's parts are kept, so that none is paid for twice. */
export type NotesStore = {
  find(key: NotesKey): Promise<StoredNotes | null>;
  /** Returns the notes that count: those of whoever was first. */
  save(key: NotesKey, notes: StoredNotes & { readonly data: Notes }): Promise<StoredNotes>;
};

type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

export type CallAnalysisResult = Tokens & {
  readonly data: Analysis;
  /** The model that answered, by the server's own name for it. */
  readonly model: string;
  readonly promptVersion: string;
  /** Of the tokens, those of the parts' notes; none of a call that was read at once. */
  readonly notesTokens: Tokens;
  /** How many parts the call was read in; 1 when it was read at once. */
  readonly parts: number;
  /** How many claims that somebody said something were left out, because nobody did. */
  readonly leftOut: number;
};

export type LanguageModel = {
  /**
   * Analyses one call. Paid. A call that exceeds what one request may have is read in parts, whose
   * notes are kept in `notes` and merged. Throws MODEL_* codes, without a word of the call; what
   * `notes` throws and an abort's reason go through.
   */
  analyze(call: CallText, notes: NotesStore, signal: AbortSignal): Promise<CallAnalysisResult>;
};

/** All requests of one attempt, inside the 20 minutes that an attempt of the step has. */
const ANALYSIS_TIMEOUT_MS = 19 * 60 * 1000;

/**
 * A call costs at most so many requests of full length, repairs aside, however much the model reads
 * at once. At the default limits the merge allows 17, which is about 18 hours of English: nothing
 * that is still a telephone call.
 */
const MOST_PARTS = 20;

/** Two requests at once halve the time, and a server of one's own seldom has more slots to spare. */
const PARTS_AT_ONCE = 2;

const NO_TOKENS: Tokens = { inputTokens: 0, outputTokens: 0 };

/**
 * Creates the client for any server with OpenAI's chat completions. Structured output is asked for
 * until the server says that it knows none; the schema stands in the prompt either way. Reads the
 * prompts, once. A request has `requestTimeoutMs`, all of one attempt `analysisTimeoutMs`.
 */
export function createLanguageModel(
  config: LanguageModelConfig,
  requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
  analysisTimeoutMs: number = ANALYSIS_TIMEOUT_MS,
): LanguageModel {
  const prompts = loadPrompts();
  const chat = createChat(config, requestTimeoutMs);

  return {
    async analyze(call, notes, signal) {
      signal.throwIfAborted();
      const timeout = AbortSignal.timeout(analysisTimeoutMs);
      try {
        return await analyze(call, notes, AbortSignal.any([signal, timeout]));
      } catch (error) {
        signal.throwIfAborted();
        if (timeout.aborted) {
          throw modelError('MODEL_UNAVAILABLE', 'the time of this attempt was over', {
            cause: error,
          });
        }
        throw toRequestError(error);
      }
    },
  };

  async function analyze(
    call: CallText,
    notes: NotesStore,
    signal: AbortSignal,
  ): Promise<CallAnalysisResult> {
    // One line a turn: what somebody says cannot begin a line in another's name.
    const turns = call.turns.map((turn) => ({ ...turn, text: turn.text.replace(/\s+/gu, ' ') }));
    const tasks = createTasks(prompts, call, turns);
    const [whole, ...others] = toParts(turns, tasks.roomFor('analysis', config));
    if (whole !== undefined && others.length === 0) {
      const answer = await ask(tasks.analyze(whole.text), signal);
      return toResult(answer, { parts: 1, notesTokens: NO_TOKENS });
    }

    const parts = toParts(turns, tasks.roomFor('notes', config));
    checkPartCount(parts.length, tasks.roomFor('merge', config).tokens);
    const noted = await inLanes(parts, PARTS_AT_ONCE, (part, index) =>
      noteOnce(tasks, call, part, { index, count: parts.length }, notes, signal),
    );
    const merged = await ask(tasks.merge(noted.map(({ data }) => data)), signal);
    const notesTokens = noted.reduce<Tokens>(add, NO_TOKENS);
    return toResult(
      { ...merged, ...add(merged, notesTokens) },
      { parts: parts.length, notesTokens },
    );
  }

  /** The notes of a part: those that are stored, or new ones, which then are. */
  async function noteOnce(
    tasks: Tasks,
    { companyName, phoneNumber }: Caller,
    part: TranscriptPart,
    place: { readonly index: number; readonly count: number },
    store: NotesStore,
    signal: AbortSignal,
  ): Promise<Tokens & { readonly data: Notes }> {
    signal.throwIfAborted();
    const sent = JSON.stringify([companyName, phoneNumber, place.count, part.text]);
    const key: NotesKey = {
      index: place.index,
      promptVersion: PROMPT_VERSION,
      model: config.model,
      inputSha256: createHash('sha256').update(sent).digest('hex'),
    };
    const stored = await store.find(key);
    if (stored !== null) return parseStored(stored);

    const { data, inputTokens, outputTokens } = await ask(tasks.takeNotes(part), signal);
    return parseStored(await store.save(key, { data, inputTokens, outputTokens }));
  }

  function ask<T>(task: Task<T>, signal: AbortSignal): Promise<Answer<T>> {
    return converse(chat, prompts, task, signal);
  }

  function toResult(
    { data, model, inputTokens, outputTokens, leftOut }: Answer<Analysis>,
    rest: Pick<CallAnalysisResult, 'parts' | 'notesTokens'>,
  ): CallAnalysisResult {
    const promptVersion = PROMPT_VERSION;
    return {
      ...rest,
      data,
      model: model ?? config.model,
      promptVersion,
      inputTokens,
      outputTokens,
      leftOut,
    };
  }
}

/** Before anything is paid: all notes have to fit the request that merges them. */
function checkPartCount(count: number, roomToMerge: number): void {
  const most = Math.min(MOST_PARTS, Math.floor(roomToMerge / NOTES_MOST_TOKENS));
  if (count <= most) return;
  throw modelError(
    'MODEL_TRANSCRIPT_TOO_LONG',
    `the call takes ${count} parts, and ${most} can be merged`,
    { context: { parts: count } },
  );
}

/** Notes of our own making: what does not fit the schema of this prompt version was changed by hand. */
function parseStored({ data, inputTokens, outputTokens }: StoredNotes): Tokens & { data: Notes } {
  return { data: notesSchema.parse(data), inputTokens, outputTokens };
}

function add(one: Tokens, other: Tokens): Tokens {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}
