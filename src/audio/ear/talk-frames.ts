import { findBleed } from './bleed.ts';
import { type ChannelEnvelope, FRAMES_PER_SECOND } from './envelope.ts';
import { fromDecibels, toSteps } from './loudness.ts';
import { type Sounding, soundingOf } from './sounding.ts';

/** Fainter sound than this is not told from silence: the least step of A-law. */
const FAINTEST = fromDecibels(-72);

/** What is this far above the noise may be the beginning or the end of a word: noise itself varies by 2 dB. */
const FAINT_ABOVE_FLOOR = toSteps(3);

/** A syllable rises for about a tenth of a second. */
const FAINT_FRAMES = 2;

/**
 * See `edgeOf`: parts of a frame, and how far above its floor speech is when nothing of it is hidden.
 * Found with generated dialogues of soft, round and cut-off syllables; half a frame would be right if
 * all speech began at once.
 */
const EDGE = 0.4;
const HIDDEN_EDGE = 0.5;
const CLEAR = toSteps(40);

/** As for transcripts (recording-sound.ts): whoever speaks into a channel is not quieter there than the other side by more than this. */
const QUIETER_BY = toSteps(10);
const QUIETER_SHARE = 0.8;
const ECHO_FRAMES = 6;

/** Pauses up to a quarter of a second belong to speech: they are what consonants are made of. */
const BRIDGED_FRAMES = 5;

/** In frames: the shortest word sounds as long, a click does not. */
const LEAST_FRAMES = 3;

/** Speech rises and falls by this within a second, steady sound does not. */
const SPEECH_RANGE = toSteps(6);
const HALF_WINDOW = FRAMES_PER_SECOND / 2;

/** Of a stretch of sound, so much has to rise and fall like speech for all of it to be speech. */
const SPEECH_SHARE = 0.5;

/** A stretch of talk, in frames. It begins `edge` of a frame after `from`, and ends as long before `to`. */
export type TalkRun = { readonly from: number; readonly to: number; readonly edge: number };

/** When each of two channels has speech of its own; `null` if they are one channel. */
export function talkOf(
  one: ChannelEnvelope,
  other: ChannelEnvelope,
): readonly [readonly TalkRun[], readonly TalkRun[]] | null {
  const first = soundingOf(one.energies);
  const second = soundingOf(other.energies);
  const bleed = findBleed(first, second);
  if (bleed === null) return null;
  return [
    speechIn(first, { isBleed: bleed[0], other: second }),
    speechIn(second, { isBleed: bleed[1], other: first }),
  ];
}

function speechIn(
  { energies, floor, isSound }: Sounding,
  { isBleed, other }: { readonly isBleed: readonly boolean[]; readonly other: Sounding },
): TalkRun[] {
  const isOwn = isSound.map((sounds, at) => sounds && isBleed[at] !== true);
  const faintest = Math.max(FAINTEST, floor + FAINT_ABOVE_FLOOR);
  const isFaint = (at: number) =>
    (energies[at] ?? 0) >= faintest && isOwn[at] === false && isBleed[at] !== true;
  const speech: TalkRun[] = [];
  for (const [first, last] of runsOf(isOwn)) {
    if (last - first < LEAST_FRAMES || isQuieter(energies, other.energies, [first, last])) continue;
    let [from, to] = [first, last];
    while (from > 0 && first - from < FAINT_FRAMES && isFaint(from - 1)) from -= 1;
    while (to - last < FAINT_FRAMES && isFaint(to)) to += 1;
    const run = energies.subarray(from, to);
    const like = Array.from(run, (_, at) => rangeAt(run, at) >= SPEECH_RANGE);
    const edge = edgeOf(run.reduce((most, energy) => Math.max(most, energy)) - floor);
    if (like.filter(Boolean).length >= like.length * SPEECH_SHARE) speech.push({ from, to, edge });
    else
      for (const [start, end] of runsOf(like))
        speech.push({ from: from + start, to: from + end, edge });
  }
  return speech;
}

/** Whether the other side is so much louder throughout a run that it can have come over from there. */
function isQuieter(
  own: Uint8Array,
  other: Uint8Array,
  [from, to]: readonly [number, number],
): boolean {
  let quieter = 0;
  for (let at = from; at < to; at += 1) {
    const loudest = Math.max(...other.subarray(Math.max(0, at - ECHO_FRAMES), at + 2));
    if ((own[at] ?? 0) < loudest - QUIETER_BY) quieter += 1;
  }
  return quieter >= (to - from) * QUIETER_SHARE;
}

/**
 * Which part of a frame at the edge of a run belongs to no speech. On average it is half of it, and
 * less because words begin and end faintly: all the more so where noise hides that.
 */
function edgeOf(aboveFloor: number): number {
  const hidden = 1 - Math.min(1, Math.max(0, aboveFloor / CLEAR));
  return EDGE - HIDDEN_EDGE * hidden;
}

/** Runs of true frames (from, to), with short pauses bridged. */
function runsOf(values: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] !== true) continue;
    const last = runs.at(-1);
    if (last !== undefined && at - last[1] < BRIDGED_FRAMES) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}

function rangeAt(run: Uint8Array, at: number): number {
  let lowest = 255;
  let second = 255;
  let highest = 0;
  const until = Math.min(run.length - 1, at + HALF_WINDOW);
  for (let near = Math.max(0, at - HALF_WINDOW); near <= until; near += 1) {
    const energy = run[near] ?? 0;
    highest = Math.max(highest, energy);
    if (energy <= lowest) {
      second = lowest;
      lowest = energy;
    } else second = Math.min(second, energy);
  }
  return highest - second;
}
