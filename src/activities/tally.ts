import { Counter, Histogram, type Registry } from 'prom-client';

import type { ErrorCode } from '../domain/error-codes.ts';
import type { LogEvent } from '../domain/log-events.ts';
import type { Step } from '../domain/names.ts';

/** How an attempt of a step can end. `lost`: with its worker, as the next attempt learns. */
type AttemptEnd = 'done' | 'failed' | 'waiting' | 'interrupted' | 'lost';

/** Counts what becomes of calls and their steps. Everything is counted once it is stored or over, never before. */
export type Tally = {
  /** A row of the processing log that was not there before has been committed. */
  noted(step: Step, event: LogEvent, code: ErrorCode | null): void;
  attemptEnded(step: Step, end: AttemptEnd): void;
  attemptFailed(step: Step, code: ErrorCode): void;
  /** A step has its result, so long after it was scheduled first. */
  stepDone(step: Step, seconds: number): void;
};

// Opening and matching take fractions of a second, archiving seconds, transcribing and analysing minutes. What
// takes longer has waited for another system: from half an hour to the twelve hours that a step has.
const DURATION_BUCKETS = [
  0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 43_200,
];

/** Creates the counters of a worker. All labels are steps, codes, and words of this file. */
export function createTally(registry: Registry): Tally {
  const registers = [registry];
  const ended = new Counter({
    name: 'calls_ended_total',
    help: 'Runs of calls that have come to an end, or were parked (FAILED), by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const givenUp = new Counter({
    name: 'calls_given_up_total',
    help: 'Steps that were given up, so that their calls were parked.',
    labelNames: ['step', 'code'],
    registers,
  });
  const attempts = new Counter({
    name: 'calls_step_attempts_total',
    help: 'Attempts of steps that are over, by how they ended.',
    labelNames: ['step', 'end'],
    registers,
  });
  const failures = new Counter({
    name: 'calls_step_failures_total',
    help: 'Attempts of steps that have failed.',
    labelNames: ['step', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'calls_step_duration_seconds',
    help: 'From the scheduling of a step to its stored result, with all its attempts and waits.',
    labelNames: ['step'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  return {
    noted(step, event, code) {
      const outcome = outcomeOf(event, code);
      if (outcome !== null) ended.inc({ outcome });
      if (outcome === 'FAILED' && code !== null) givenUp.inc({ step, code });
    },
    attemptEnded: (step, end) => attempts.inc({ step, end }),
    attemptFailed(step, code) {
      attempts.inc({ step, end: 'failed' });
      failures.inc({ step, code });
    },
    // Temporal's clock and ours may differ by a little.
    stepDone: (step, seconds) => durations.observe({ step }, Math.max(0, seconds)),
  };
}

/** Of the rows that tell of the end of a call, one of each kind; `null` for all others. */
function outcomeOf(event: LogEvent, code: ErrorCode | null): string | null {
  switch (event) {
    case 'ANALYSIS_SAVED':
      return 'ANALYZED';
    case 'NO_SPEECH':
    case 'SKIPPED':
      return event;
    case 'JOB_FAILED':
      if (code === 'CANCELLED') return 'CANCELLED';
      return code === 'REPROCESS_WINDOW_EXPIRED' ? 'EXPIRED' : 'FAILED';
    default:
      return null;
  }
}
