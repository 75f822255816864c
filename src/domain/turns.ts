import type { Direction } from './call.ts';
import type { TranscriptSegment } from './transcript.ts';

/** What one party said without interruption. Times are seconds from the start of the audio. */
export type Turn = {
  /** "Caller", "Agent", "Speaker 2"; `null` when the audio does not show who is speaking. */
  readonly speaker: string | null;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
};

/** Who is heard on the channel of the party that placed the call, and who on the other one. */
const PARTIES = {
  inbound: { placed: 'Caller', answered: 'Agent' },
  outbound: { placed: 'Agent', answered: 'Called party' },
  internal: { placed: 'Caller', answered: 'Colleague' },
} as const satisfies Record<Direction, { placed: string; answered: string }>;

export type TurnRules = {
  /** `null` when it is not known, so that the parties cannot be named. */
  readonly direction: Direction | null;
  /** The channel (1-based) on which the party that placed the call is heard. */
  readonly callerChannel: number;
};

/**
 * The conversation as people read it: segments in time order, with consecutive ones of the same
 * speaker merged into one turn. Where the speaker is not known, each segment stays a turn of its own,
 * because the next one may be the other party's.
 */
export function toTurns(segments: readonly TranscriptSegment[], rules: TurnRules): Turn[] {
  const turns: Turn[] = [];
  const inOrder = segments.toSorted(
    (one, other) => one.startSeconds - other.startSeconds || one.endSeconds - other.endSeconds,
  );
  for (const segment of inOrder) {
    const speaker = nameOf(segment, rules);
    const last = turns.at(-1);
    const { startSeconds, endSeconds, text } = segment;
    if (last === undefined || speaker === null || last.speaker !== speaker) {
      turns.push({ speaker, startSeconds, endSeconds, text });
    } else {
      turns[turns.length - 1] = {
        ...last,
        endSeconds: Math.max(last.endSeconds, endSeconds),
        text: `${last.text} ${text}`,
      };
    }
  }
  return turns;
}

/** The turns as text, one per line: `Caller: Hello.` */
export function renderTurns(turns: readonly Turn[]): string {
  return turns
    .map(({ speaker, text }) => (speaker === null ? text : `${speaker}: ${text}`))
    .join('\n');
}

function nameOf({ channel, speaker }: TranscriptSegment, rules: TurnRules): string | null {
  if (channel !== null && channel <= 2 && rules.direction !== null) {
    const { placed, answered } = PARTIES[rules.direction];
    return channel === rules.callerChannel ? placed : answered;
  }
  return speaker === null ? null : `Speaker ${speaker}`;
}
