import { createHash } from 'node:crypto';

import { LANGUAGE_MODEL_CODES } from '../../domain/error-codes/language-model.ts';
import type { Turn } from '../../domain/turns.ts';
import { hostOf, located } from '../shared/locate-failures.ts';
import { createPlaces, type Patience } from '../shared/places.ts';
import { withDeadline } from '../shared/with-deadline.ts';
import type { Analysis } from './analysis.ts';
import { createChat, type Chat, type LanguageModelConfig } from './chat.ts';
import { converse, type Answer, type Task } from './conversation.ts';
import { costOf, modelError, toRequestError, type Cost, type Tokens } from './errors.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { NOTES_MAX_TOKENS, notesSchema, type Notes } from './notes.ts';
import { toParts, type TranscriptPart } from './parts.ts';
import { loadPrompts, PROMPT_VERSION } from './prompts.ts';
import { createTasks, type Caller } from './tasks.ts';
import { createTransport, REQUEST_TIMEOUT_MS, type Transport } from './transport.ts';

export type { LanguageModelConfig } from './chat.ts';

export type CallText = Caller & {
  /** What was said, in order; at least one turn. */
  readonly turns: readonly Turn[];
};

/** Identifies the notes of one part: the same key means the same request. */
type NotesKey = {
  /** Counts from 0. */
  readonly index: number;
  readonly promptVersion: string;
  /** The model that was asked. */
  readonly model: string;
  /** Of everything that is sent, except for its random words. Hex. */
  readonly inputSha256: string;
};

export type StoredNotes = {
  readonly data: unknown;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** Where the notes of a long call's parts are kept, so that nothing is paid for twice, and what was paid. */
export type NotesStore = {
  find(key: NotesKey): Promise<StoredNotes | null>;
  /** Returns the notes that count: those that were saved first. */
  save(key: NotesKey, notes: StoredNotes & { readonly data: Notes }): Promise<StoredNotes>;
  /** Is told what each request has cost, whatever becomes of its answer. Refused requests cost nothing. */
  spend(cost: Cost): void;
};

export type CallAnalysisResult = Tokens & {
  readonly data: Analysis;
  /** The model that answered, by the server's own name for it. */
  readonly model: string;
  readonly promptVersion: string;
  /** The share of the parts' notes in these tokens; zero for a call that was read at once. */
  readonly notesTokens: Tokens;
  /** The number of parts in which the call was read; 1 when it was read at once. */
  readonly parts: number;
  /** How many claims that somebody said something were dropped, because nobody did. */
  readonly leftOut: number;
};

export type LanguageModel = {
  /**
   * Analyses one call. Paid. A call that exceeds one request is read in parts, whose notes are kept
   * in `notes` and merged. Each thing that is asked, with its repairs, has a place of its own.
   * Throws MODEL_* codes (MODEL_QUEUED after five minutes without a place), without a word of the call, what `notes` throws, and
   * the signal's reason.
   */
  analyze(call: CallText, notes: NotesStore, signal: AbortSignal): Promise<CallAnalysisResult>;
};

/** All requests of one attempt, and all its waits for a place, inside the 25 minutes that an attempt of the step has. */
const ANALYSIS_TIMEOUT_MS = 19 * 60 * 1000;
const LONGEST_WAIT_MS = 5 * 60 * 1000;

/**
 * The most requests of full length that a call may cost, repairs aside, however much the model reads
 * at once. At the default limits the merge allows 17, which is about 18 hours of English: longer
 * than any telephone call.
 */
const MAX_PARTS = 20;

/** Two requests at once halve the time, and a self-hosted server seldom has more slots to spare. */
const PARTS_AT_ONCE = 2;

const NO_TOKENS: Tokens = { inputTokens: 0, outputTokens: 0 };

/**
 * Creates the client for any server with OpenAI's chat completions. It requests structured output
 * until the server says that it does not know it; the schema is in the prompt either way. Reads the
 * prompts, once. A request has `requestTimeoutMs`, all requests of one attempt `analysisTimeoutMs`.
 */
export function createLanguageModel(
  config: LanguageModelConfig,
  requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
  analysisTimeoutMs: number = ANALYSIS_TIMEOUT_MS,
  transport: Transport = createTransport(),
): LanguageModel {
  const prompts = loadPrompts();
  const chat = createChat(config, requestTimeoutMs, transport);
  const place = `model ${config.model} at ${hostOf(config.baseUrl)}`;
  const places = createPlaces(config.concurrency, (retryAfterMs) =>
    modelError('MODEL_QUEUED', 'no place was free', { retryAfterMs }),
  );

  return {
    async analyze(call, notes, signal) {
      const toTimeoutError = (cause: unknown) =>
        modelError('MODEL_UNAVAILABLE', 'the time of this attempt was over', { cause });
      // Waiting for a place takes nothing off the time for answers.
      const patience = { leftMs: config.concurrency === null ? 0 : LONGEST_WAIT_MS };
      const timeoutMs = analysisTimeoutMs + patience.leftMs;
      const limits = { signal, timeoutMs, toTimeoutError };
      try {
        return await withDeadline(limits, (limited) =>
          analyze(call, notes, { signal: limited, patience }),
        );
      } catch (error) {
        signal.throwIfAborted();
        throw located(toRequestError(error), place, LANGUAGE_MODEL_CODES);
      }
    },
  };

  async function analyze(
    call: CallText,
    notes: NotesStore,
    waiter: { readonly signal: AbortSignal; readonly patience: Patience },
  ): Promise<CallAnalysisResult> {
    const { signal } = waiter;
    // One line per turn: what somebody says cannot begin a line in another's name.
    const turns = call.turns.map((turn) => ({ ...turn, text: turn.text.replace(/\s+/gu, ' ') }));
    const tasks = createTasks(prompts, call, turns);
    const ask = <T>(task: Task<T>) =>
      places.hold(() => converse({ chat: metered(chat, notes), prompts }, task, signal), waiter);
    const [whole, ...others] = toParts(turns, tasks.roomFor('analysis', config));
    if (whole !== undefined && others.length === 0) {
      const answer = await ask(tasks.analyze(whole.text));
      return toResult(answer, { parts: 1, notesTokens: NO_TOKENS });
    }

    const parts = toParts(turns, tasks.roomFor('notes', config));
    checkPartCount(parts.length, tasks.roomFor('merge', config).tokens);
    const noted = await mapConcurrently(parts, PARTS_AT_ONCE, (part, index) =>
      findOrTakeNotes({
        takeNotes: () => ask(tasks.takeNotes(part)),
        key: notesKeyOf(call, parts, index),
        store: notes,
        signal,
      }),
    );
    const merged = await ask(tasks.merge(noted.map(({ data }) => data)));
    const notesTokens = noted.reduce<Tokens>(add, NO_TOKENS);
    return toResult(
      { ...merged, ...add(merged, notesTokens) },
      { parts: parts.length, notesTokens },
    );
  }

  /** The notes of a part: the stored ones, or new ones, which are then stored. */
  async function findOrTakeNotes({
    takeNotes,
    key,
    store,
    signal,
  }: {
    readonly takeNotes: () => Promise<Answer<Notes>>;
    readonly key: NotesKey;
    readonly store: NotesStore;
    readonly signal: AbortSignal;
  }): Promise<Tokens & { readonly data: Notes }> {
    signal.throwIfAborted();
    const stored = await store.find(key);
    if (stored !== null) return parseStored(stored);

    const { data, inputTokens, outputTokens } = await takeNotes();
    return parseStored(await store.save(key, { data, inputTokens, outputTokens }));
  }

  function notesKeyOf(
    { companyName, phoneNumber }: Caller,
    parts: readonly TranscriptPart[],
    index: number,
  ): NotesKey {
    const sent = JSON.stringify([companyName, phoneNumber, parts.length, parts[index]?.text]);
    return {
      index,
      promptVersion: PROMPT_VERSION,
      model: config.model,
      inputSha256: createHash('sha256').update(sent).digest('hex'),
    };
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

/** Tells what each request costs. */
function metered(chat: Chat, { spend }: Pick<NotesStore, 'spend'>): Chat {
  return async (messages, form, signal) => {
    try {
      const reply = await chat(messages, form, signal);
      spend({ inputTokens: reply.inputTokens, outputTokens: reply.outputTokens });
      return reply;
    } catch (error) {
      spend(costOf(error));
      throw error;
    }
  };
}

/** Checks, before anything is paid, that all notes will fit into the request that merges them. */
function checkPartCount(count: number, roomToMerge: number): void {
  const most = Math.min(MAX_PARTS, Math.floor(roomToMerge / NOTES_MAX_TOKENS));
  if (count <= most) return;
  throw modelError(
    'MODEL_TRANSCRIPT_TOO_LONG',
    `the call needs ${count} parts, and ${most} can be merged`,
    { context: { parts: count } },
  );
}

/** These are our own notes: if they do not fit the schema of this prompt version, somebody edited them. */
function parseStored({ data, inputTokens, outputTokens }: StoredNotes): Tokens & { data: Notes } {
  return { data: notesSchema.parse(data), inputTokens, outputTokens };
}

function add(one: Tokens, other: Tokens): Tokens {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}
