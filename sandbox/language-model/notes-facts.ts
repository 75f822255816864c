import { z } from 'zod';
import type { PromiseMade } from './promise-made.ts';

const NotesSchema = z.looseObject({
  summary: z.string().default(''),
  matters: z.array(z.string()).default([]),
  quotes: z.array(z.string()).default([]),
  callerName: z.string().nullable().default(null),
  resolved: z.boolean().default(false),
  actions: z
    .array(
      z.looseObject({
        description: z.string(),
        owner: z.string().nullish(),
        due: z.string().nullish(),
      }),
    )
    .default([]),
});

export type NotesFacts = {
  readonly sentences: readonly string[];
  readonly matters: readonly string[];
  readonly quotes: readonly string[];
  readonly promises: readonly PromiseMade[];
  readonly callerName: string | null;
  readonly resolved: boolean;
};

/** Reads the notes of a call's parts, one JSON object per line; skips other lines. */
export function readNotes(text: string): NotesFacts {
  const parts = text.split('\n').flatMap((line) => {
    const result = NotesSchema.safeParse(parseOrNull(line));
    return result.success ? [result.data] : [];
  });
  return {
    sentences: parts.flatMap(({ summary }) => summary.split(/(?<=[.!?])\s+/)).filter(Boolean),
    matters: parts.flatMap(({ matters }) => matters),
    quotes: parts.flatMap(({ quotes }) => quotes),
    promises: parts
      .flatMap(({ actions }) => actions)
      .map(({ description, owner, due }) => ({
        text: description,
        owner: owner === 'msp' || owner === 'client' ? owner : null,
        due: due ?? null,
      })),
    callerName: parts.find(({ callerName }) => callerName !== null)?.callerName ?? null,
    // The last part is the end of the call.
    resolved: parts.at(-1)?.resolved ?? false,
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
