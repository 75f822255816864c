import { type Envelope, FRAMES_PER_SECOND } from './envelope.ts';
import { talkOf, type TalkRun } from './talk-frames.ts';

/** A stretch of talk, in seconds from the start. */
type Stretch = { readonly start: number; readonly end: number };

/** How a conversation of two channels went. */
export type Talk = {
  /** How long each channel's side spoke. */
  readonly channelSeconds: readonly number[];
  /** How long neither spoke, and the longest time of these. */
  readonly silenceSeconds: number;
  readonly longestSilenceSeconds: number;
  /** How often one side began to speak into what the other was saying. */
  readonly interruptions: number;
};

/** Whoever interrupts was silent for a second, and the other side has spoken for one. */
const BEFORE_SECONDS = 1;

/** Then both speak for half a second: a word of agreement in between is shorter. */
const TOGETHER_SECONDS = 0.5;

/** Measures a conversation; `null` unless two channels with sounds of their own were heard. `seconds`: its length. */
export function measureTalk(envelope: Envelope, seconds: number): Talk | null {
  const [one, other, ...more] = envelope.channels;
  if (one === undefined || other === undefined || more.length > 0) return null;
  const talk = talkOf(one, other);
  if (talk === null) return null;
  const stretches = talk.map((runs) => runs.map((run) => stretchOf(run, seconds)));
  const silences = silencesBetween(stretches.flat(), seconds);
  return {
    channelSeconds: stretches.map((each) => toHundredths(lengthOf(each))),
    silenceSeconds: toHundredths(lengthOf(silences)),
    longestSilenceSeconds: toHundredths(
      Math.max(0, ...silences.map(({ start, end }) => end - start)),
    ),
    interruptions: countInterruptions(stretches),
  };
}

function stretchOf({ from, to, edge }: TalkRun, seconds: number): Stretch {
  const start = Math.max(0, from + edge) / FRAMES_PER_SECOND;
  return { start, end: Math.min((to - edge) / FRAMES_PER_SECOND, seconds) };
}

/** What lies between the stretches, and before and after them. */
function silencesBetween(stretches: readonly Stretch[], seconds: number): Stretch[] {
  const silences: Stretch[] = [];
  let spokenUntil = 0;
  const inOrder = stretches.toSorted((one, other) => one.start - other.start);
  for (const { start, end } of [...inOrder, { start: seconds, end: seconds }]) {
    if (start > spokenUntil) silences.push({ start: spokenUntil, end: start });
    spokenUntil = Math.max(spokenUntil, end);
  }
  return silences;
}

function countInterruptions([one = [], other = []]: readonly (readonly Stretch[])[]): number {
  return countBy(one, other) + countBy(other, one);
}

/** How often the first side begins in the middle of what the second one says. */
function countBy(own: readonly Stretch[], others: readonly Stretch[]): number {
  let count = 0;
  let next = 0;
  for (const [index, { start, end }] of own.entries()) {
    while ((others[next]?.end ?? Infinity) <= start) next += 1;
    const current = others[next];
    const silentSince = own[index - 1]?.end ?? -Infinity;
    if (
      current !== undefined &&
      start - silentSince >= BEFORE_SECONDS &&
      start - current.start >= BEFORE_SECONDS &&
      Math.min(end, current.end) - start >= TOGETHER_SECONDS
    )
      count += 1;
  }
  return count;
}

const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { start, end }) => sum + end - start, 0);

const toHundredths = (value: number): number => Math.round(value * 100) / 100;
