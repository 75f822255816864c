import { z } from 'zod';
import type { StoredObject } from './context.ts';
import { gramsOfWords, type Grams } from './transcript-match.ts';

/** The part of the object store that is needed here. */
type Objects = {
  list(prefix: string): readonly StoredObject[];
  /** The object's content; null if there is none. */
  read(object: StoredObject): Buffer | null;
};

type StoredTranscript = { readonly callSid: string; readonly grams: Grams };

/**
 * The transcripts of the calls in the bucket. A real recogniser does not hear exactly the words in a
 * sample's file, so a call is recognised by the words of its transcript.
 */
export function createStoredTranscripts(objects: Objects): () => StoredTranscript[] {
  const gramsOf = new Map<string, Grams>();

  function gramsIn(object: StoredObject): Grams {
    const known = gramsOf.get(object.generation) ?? gramsOfWords(wordsIn(objects.read(object)));
    gramsOf.set(object.generation, known);
    return known;
  }

  return () => {
    const byCall = new Map<string, Set<string>>();
    for (const object of objects.list('transcripts/')) {
      // transcripts/<callSid>/<submission id>/<file>: a call may have been transcribed more than once.
      const [, callSid = '', submissionId = ''] = object.name.split('/');
      const key = `${callSid}/${submissionId}`;
      const grams = byCall.get(key) ?? new Set<string>();
      byCall.set(key, grams);
      gramsIn(object).forEach((gram) => grams.add(gram));
    }
    return [...byCall].map(([key, grams]) => ({ callSid: key.split('/')[0] ?? '', grams }));
  };
}

type Spoken = { channel: number; text: string };

/** Google's result file, or an OpenAI-compatible server's reply. */
const TranscriptSchema = z.union([
  z.object({ text: z.string() }),
  z.object({
    results: z.array(
      z.object({
        channelTag: z.int().default(0),
        alternatives: z.array(z.object({ transcript: z.string().default('') })).default([]),
      }),
    ),
  }),
]);

/** The words of a transcript; empty for any other object. */
function wordsIn(content: Buffer | null): Spoken[] {
  const parsed = TranscriptSchema.safeParse(parseJson(content));
  if (!parsed.success) {
    return [];
  }
  return 'text' in parsed.data
    ? [{ channel: 0, text: parsed.data.text }]
    : parsed.data.results.map(({ channelTag, alternatives }) => ({
        channel: channelTag,
        text: alternatives[0]?.transcript ?? '',
      }));
}

function parseJson(content: Buffer | null): unknown {
  try {
    return JSON.parse(content?.toString('utf8') ?? '');
  } catch {
    return null;
  }
}
