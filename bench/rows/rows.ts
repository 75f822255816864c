import { bigRecording } from './big-recording.ts';
import { counts } from './counts.ts';
import { inFlight } from './in-flight.ts';
import { oneCallSid } from './one-callsid.ts';
import { race } from './race.ts';
import type { Row } from './row.ts';
import { soak } from './soak.ts';
import { startRoute } from './start-route.ts';
import { waiting } from './waiting.ts';
import { warmStart } from './warm-start.ts';
import { workerStart } from './worker-start.ts';

/** Everything that the bench measures, in its order. */
export const ROWS: readonly Row[] = [
  counts,
  race,
  startRoute,
  oneCallSid,
  workerStart,
  warmStart,
  inFlight,
  waiting,
  bigRecording,
  soak,
];
