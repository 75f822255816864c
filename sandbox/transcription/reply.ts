import type { Word } from '../core/sample-file.ts';
import type { TranscriptionRequest } from './form.ts';

type Segment = { words: Word[] };

/** Whisper ends a segment at the end of a sentence, or at a long pause. */
const PAUSE_SECONDS = 2;

/**
 * The answer of an OpenAI-compatible server for these words. Such a server mixes the channels, so the
 * words are in the order in which they were spoken, and nothing says who spoke them.
 */
export function toTranscription(words: readonly Word[], request: TranscriptionRequest): object {
  const single = words.flatMap(toSingleWords).toSorted((a, b) => a.start - b.start);
  const segments = toSegments(single);
  const text = segments.map(textOf).join(' ');
  if (request.format === 'json') {
    return { text };
  }
  const wantsSegments = request.granularities.size === 0 || request.granularities.has('segment');
  return {
    task: 'transcribe',
    language: request.language,
    duration: single.at(-1)?.end ?? 0,
    text,
    ...(wantsSegments ? { segments: segments.map(toSegmentReply) } : {}),
    ...(request.granularities.has('word') ? { words: single.map(toWordReply) } : {}),
  };
}

/** A sample may combine several words in one entry; a recogniser never does. */
function toSingleWords(word: Word): Word[] {
  const parts = word.text.split(/\s+/).filter((part) => part !== '');
  const step = (word.end - word.start) / parts.length;
  return parts.map((text, index) => ({
    ...word,
    text,
    start: word.start + index * step,
    end: word.start + (index + 1) * step,
  }));
}

function toSegments(words: readonly Word[]): Segment[] {
  const segments: Segment[] = [];
  let last: Word | null = null;
  for (const word of words) {
    const ends = last === null || /[.!?]$/.test(last.text);
    if (ends || word.start - (last?.end ?? 0) >= PAUSE_SECONDS) {
      segments.push({ words: [] });
    }
    segments.at(-1)?.words.push(word);
    last = word;
  }
  return segments;
}

function textOf({ words }: Segment): string {
  return words.map(({ text }) => text).join(' ');
}

/** The numbers are typical of clear speech. */
function toSegmentReply(segment: Segment, id: number): object {
  return {
    id,
    seek: 0,
    start: segment.words[0]?.start ?? 0,
    end: segment.words.at(-1)?.end ?? 0,
    // Whisper's tokens include the space before a word.
    text: ` ${textOf(segment)}`,
    tokens: [],
    temperature: 0,
    avg_logprob: -0.2,
    compression_ratio: 1.2,
    no_speech_prob: 0.01,
  };
}

/** OpenAI's words have no punctuation. */
function toWordReply({ text, start, end }: Word): object {
  return { word: text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''), start, end };
}
