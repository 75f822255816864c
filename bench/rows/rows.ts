import { counts } from './counts.ts';
import { race } from './race.ts';
import type { Row } from './row.ts';

/** Everything that the bench measures, in its order. */
export const ROWS: readonly Row[] = [counts, race];
