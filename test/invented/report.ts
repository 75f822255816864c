import type { Outcome } from './run-set.ts';

/** What came of one encoding, and of each layout. */
export function lineOf(encoding: string, outcomes: readonly Outcome[]): string {
  const of = (which: readonly Outcome[]) =>
    `${String(inventedIn(which)).padStart(4)} invented, ${String(lostIn(which)).padStart(3)} lost of ${which.length}`;
  const told = outcomes.filter(({ isTold }) => isTold);
  const [mono, stereo] = (['mono', 'stereo'] as const).map((layout) =>
    told.filter((outcome) => outcome.layout === layout),
  );
  const rest = outcomes.filter(({ isTold }) => !isTold);
  const untold = `not to be told by the sound: ${of(rest)}`;
  const lines =
    told.length === 0 ? untold : `mono ${of(mono ?? [])}; stereo ${of(stereo ?? [])}; ${untold}`;
  return `${encoding.padEnd(26)} ${lines}`;
}

/** Everything that should not be, one recording a line. */
export const faultsIn = (outcomes: readonly Outcome[]): string[] =>
  outcomes
    .filter(({ isTold, invented, lost }) => lost.length > 0 || (isTold && invented > 0))
    .map(
      ({ encoding, layout, scene, invented, lost }) =>
        `${encoding}, ${layout}, ${scene}: ${invented} words invented; lost: ${lost.join(' ') || 'nothing'}`,
    );

/** The sum of all. */
export function sumOf(outcomes: readonly Outcome[]): string {
  const told = outcomes.filter(({ isTold }) => isTold);
  return `${inventedIn(told)} invented words, ${lostIn(outcomes)} lost sentences in ${outcomes.length} recordings`;
}

const inventedIn = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, { invented }) => sum + invented, 0);

const lostIn = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, { lost }) => sum + lost.length, 0);
