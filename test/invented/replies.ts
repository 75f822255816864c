import type { Said, Scene } from './studio.ts';

/** How a server tells times: segments and words, segments only, words only, or segments of its own windows beside words. */
export type Form = (typeof FORMS)[number];
export const FORMS = ['both', 'segments', 'words', 'windows'] as const;

type Heard = Pick<Said, 'start' | 'end' | 'text'>;

const CAPTIONS = [
  'Thank you for watching!',
  'Bye.',
  'Subtitles by the community',
  'Cadwallader, Hartley',
];
const LOOPED = ['you', 'Thank you.', 'I am going to go'];

/** Whisper's answer has room for so many words. */
const LOOP_WORDS = 180;

/** Something is made up in pauses that are longer, with a little silence before and after it. */
const PAUSE_SECONDS = 1.2;
const MARGIN_SECONDS = 0.4;

/** Times of recognisers are right to about this. */
const JITTER_SECONDS = 0.2;

/** Whisper hears half a minute at once. */
const WINDOW_SECONDS = 30;

/** What a recogniser answers that hears this, in so many seconds. */
export function replyOf(
  heard: readonly Heard[],
  seconds: number,
  { scene, form }: { readonly scene: Scene; readonly form: Form },
) {
  const jittered = heard.map((each, index) => jitter(each, index, seconds));
  const looped = scene.loops ? jittered.map((each) => withLoop(each)) : jittered;
  const all = [...looped, ...madeUp(heard, seconds, scene)].toSorted(
    (one, other) => one.start - other.start,
  );
  const text = all.map((each) => each.text).join(' ');
  const words = all.flatMap(wordsIn);
  const segments = all.map((each) => ({ ...each, text: ` ${each.text}` }));
  const duration = { duration: seconds, language: 'english' };
  if (form === 'segments') return { text, ...duration, segments };
  if (form === 'words') return { text, ...duration, words };
  if (form === 'both') return { text, ...duration, segments, words };
  return { text, ...duration, segments: windowsOf(all, seconds), words };
}

function jitter({ start, end, text }: Heard, index: number, seconds: number): Heard {
  const by = (((index * 7) % 5) / 4 - 0.5) * 2 * JITTER_SECONDS;
  return { text, start: Math.max(0, start + by), end: Math.min(seconds, end - by / 2) };
}

/** The last two words over and over. */
function withLoop({ start, end, text }: Heard): Heard {
  const phrase = text.split(' ').slice(-2).join(' ');
  return { start, end, text: `${text} ${Array(60).fill(phrase).join(' ')}` };
}

/** What is heard in pauses. */
function madeUp(heard: readonly Heard[], seconds: number, { inventions }: Scene): Heard[] {
  const made: Heard[] = [];
  let spokenUntil = 0;
  const add = (from: number, to: number) => {
    const [start, end] = [from + MARGIN_SECONDS, to - MARGIN_SECONDS];
    const kind = inventions[made.length % inventions.length];
    if (kind === undefined || to - from < PAUSE_SECONDS) return;
    const caption = CAPTIONS[made.length % CAPTIONS.length] ?? '';
    const phrase = LOOPED[made.length % LOOPED.length] ?? '';
    const times = Math.ceil(LOOP_WORDS / phrase.split(' ').length);
    const text = kind === 'caption' ? caption : Array(times).fill(phrase).join(' ');
    made.push({ start, end: Math.min(end, start + WINDOW_SECONDS), text });
  };
  for (const { start, end } of heard) {
    add(spokenUntil, start);
    spokenUntil = Math.max(spokenUntil, end);
  }
  add(spokenUntil, seconds);
  return made;
}

/** The words of a segment, spread over its time. */
function wordsIn({ start, end, text }: Heard) {
  const words = text.split(' ');
  const each = (end - start) / words.length;
  return words.map((word, index) => ({
    word,
    start: start + index * each,
    end: start + (index + 1) * each,
  }));
}

/** One segment for each half minute in which something is said. */
function windowsOf(all: readonly Heard[], seconds: number) {
  return [...Map.groupBy(all, ({ start }) => Math.floor(start / WINDOW_SECONDS))].map(
    ([window, those]) => ({
      start: window * WINDOW_SECONDS,
      end: Math.min(seconds, Math.max((window + 1) * WINDOW_SECONDS, those.at(-1)?.end ?? 0)),
      text: those.map(({ text }) => ` ${text}`).join(''),
    }),
  );
}
