import { createSpokenWords } from '../../domain/spoken-words.ts';
import type { Turn } from '../../domain/turns.ts';
import { analysisJsonSchema, analysisSchema, type Analysis } from './analysis.ts';
import type { AnswerForm, LanguageModelConfig, Message } from './chat.ts';
import {
  createCheckNumbers,
  LONGEST_CHECK_NUMBERS,
  mayBeCut,
  withCheckField,
  withCheckNumbers,
  type CheckNumbers,
} from './check-numbers.ts';
import { REPAIR_TOKENS, type Task } from './conversation.ts';
import { dropUnsaidClaims } from './drop-unsaid-claims.ts';
import { NOTES_TOLD_CHARACTERS, notesJsonSchema, notesSchema, type Notes } from './notes.ts';
import { sizeOf, type Room } from './parts.ts';
import type { Prompts } from './prompts.ts';
import { createSecrets, LONGEST_SECRETS, type Secrets } from './secrets.ts';

/** Who called, as far as that is known. */
export type Caller = {
  /** `null` when the company is not known for certain. */
  readonly companyName: string | null;
  /** E.164, `null` when it is not known. */
  readonly phoneNumber: string | null;
};

type Kind = 'analysis' | 'notes' | 'merge';

/** What surrounds the messages, such as their roles: a few tokens for each of the two to four. */
const FRAME: Room = { tokens: 100, bytes: 2_000 };

/** The texts of a repair in JSON, where a character may take several bytes. */
const REPAIR_BYTES = REPAIR_TOKENS * 8;

const FORMS = {
  analysis: { name: 'call_analysis', jsonSchema: analysisJsonSchema },
  notes: { name: 'call_notes', jsonSchema: notesJsonSchema },
  merge: { name: 'call_analysis', jsonSchema: analysisJsonSchema },
} as const satisfies Record<Kind, AnswerForm>;

/** What a model has to do for one call: analyse it, or take notes of its parts and merge them. */
export function createTasks(prompts: Prompts, caller: Caller, turns: readonly Turn[]) {
  function messagesOf(
    kind: Kind,
    data: string,
    { secrets, checkNumbers }: { secrets: Secrets; checkNumbers: CheckNumbers | null },
  ): Message[] {
    const heading = kind === 'merge' ? 'Notes' : 'Transcript';
    const orders = prompts.orders(kind, {
      ...secrets,
      schema: JSON.stringify(formOf(kind, checkNumbers).jsonSchema),
      characters: String(NOTES_TOLD_CHARACTERS),
    });
    const call = prompts.call({
      client: oneLine(caller.companyName ?? 'Not found'),
      phone: caller.phoneNumber ?? 'Not known',
      heading,
      element: `${heading.toLowerCase()}-${secrets.marker}`,
      data: checkNumbers === null ? data : withCheckNumbers(data, checkNumbers),
    });
    return [
      { role: 'system', content: orders },
      { role: 'user', content: checkNumbers === null ? call : `${call}\n\n${prompts.check()}` },
    ];
  }

  /** What is sent, and what its answer must repeat of it. */
  function requestOf(kind: Kind, data: string) {
    const secrets = createSecrets();
    const plain = messagesOf(kind, data, { secrets, checkNumbers: null });
    const [orders] = plain;
    if (!mayBeCut(orders?.content ?? '', data)) {
      return { ...FORMS[kind], secrets, checkNumbers: null, messages: plain };
    }
    const checkNumbers = createCheckNumbers();
    const messages = messagesOf(kind, data, { secrets, checkNumbers });
    return { ...formOf(kind, checkNumbers), secrets, checkNumbers, messages };
  }

  function analysisOf(kind: 'analysis' | 'merge', data: string): Task<Analysis> {
    const spoken = createSpokenWords(turns.map(({ text }) => text));
    return {
      ...requestOf(kind, data),
      schema: analysisSchema,
      verify: (answer) => dropUnsaidClaims(answer, spoken),
    };
  }

  return {
    /** The room for the call's words in a request that may need repairs. */
    roomFor(
      kind: Kind,
      limits: Pick<LanguageModelConfig, 'maxInputTokens' | 'maxRequestBytes'>,
    ): Room {
      const longest = { secrets: LONGEST_SECRETS, checkNumbers: LONGEST_CHECK_NUMBERS };
      const messages = messagesOf(kind, '', longest);
      // Servers with structured output read the schema a second time.
      const form = JSON.stringify(formOf(kind, LONGEST_CHECK_NUMBERS));
      const texts = [...messages.map(({ content }) => content), form];
      const sizes = [...texts.map(sizeOf), FRAME, { tokens: REPAIR_TOKENS, bytes: REPAIR_BYTES }];
      return {
        tokens: sizes.reduce((left, { tokens }) => left - tokens, limits.maxInputTokens),
        bytes: sizes.reduce((left, { bytes }) => left - bytes, limits.maxRequestBytes),
      };
    },

    analyze: (transcript: string) => analysisOf('analysis', transcript),

    /** Makes the analysis from the notes of all parts; quotes are looked up in the whole call. */
    merge: (notes: readonly Notes[]) => analysisOf('merge', toNotesText(notes)),

    takeNotes(part: { readonly text: string; readonly turns: readonly Turn[] }): Task<Notes> {
      const spoken = createSpokenWords(part.turns.map(({ text }) => text));
      return {
        ...requestOf('notes', part.text),
        schema: notesSchema,
        verify: (answer) => dropUnsaidClaims(answer, spoken),
      };
    },
  };
}

function formOf(kind: Kind, checkNumbers: CheckNumbers | null): AnswerForm {
  const { name, jsonSchema } = FORMS[kind];
  return checkNumbers === null ? FORMS[kind] : { name, jsonSchema: withCheckField(jsonSchema) };
}

/** One JSON object per line. */
function toNotesText(notes: readonly Notes[]): string {
  return notes.map((each) => JSON.stringify(each)).join('\n');
}

/** A name from another system must not be able to begin a line of its own. */
function oneLine(text: string): string {
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, 200)
      // Servers refuse half a character, which the cut may leave.
      .toWellFormed()
  );
}
