import { ApplicationFailure } from '@temporalio/common';

import type { Activities } from '../../src/activities/index.ts';
import type { OpenCallInput } from '../../src/activities/steps/open-call.ts';
import type { RecordFailureInput } from '../../src/activities/steps/record-failure.ts';
import type { StepInput } from '../../src/activities/step/define-step.ts';
import type { ErrorCode } from '../../src/domain/error-codes.ts';

/** One request to an activity. */
type Asked = { readonly activity: keyof Activities; readonly input: unknown };

/** What an activity does before it succeeds, or instead: it throws to fail. */
export type Behaviour = () => Promise<void> | void;

export type Script = {
  /** Every request to the activities of the call, in order. */
  readonly asked: Asked[];
  /** What the next requests to an activity do, in order; after that, every request succeeds. */
  readonly next: Partial<Record<keyof Activities, Behaviour[]>>;
  /** Whether openCall finds the call COMPLETED. */
  alreadyCompleted: boolean;
  /** How long a parked step waits for a reprocess, in milliseconds. */
  windowMs: number;
};

// Long enough that no test reaches it by accident.
const LONG_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Activities that do only what a test scripts for each call. The workflow's own rules are tested
 * with these; everything else is tested with the real ones.
 */
export function createScriptedActivities() {
  const scripts = new Map<string, Script>();
  const scriptOf = (callSid: string): Script => {
    const script = scripts.get(callSid) ?? {
      asked: [],
      next: {},
      alreadyCompleted: false,
      windowMs: LONG_WINDOW_MS,
    };
    scripts.set(callSid, script);
    return script;
  };
  const step =
    <I extends { callSid: string }, R>(activity: keyof Activities, result: R) =>
    async (input: I): Promise<R> => {
      const script = scriptOf(input.callSid);
      script.asked.push({ activity, input });
      await script.next[activity]?.shift()?.();
      return result;
    };

  const open = step<OpenCallInput, void>('openCall', undefined);
  const activities: Activities = {
    openCall: async (input) => {
      await open(input);
      const { alreadyCompleted, windowMs } = scriptOf(input.callSid);
      return { alreadyCompleted, reprocessWindowMs: windowMs };
    },
    archiveRecording: step<StepInput, { recordingUrl: string }>('archiveRecording', {
      recordingUrl: 'gs://bucket/object',
    }),
    transcribeRecording: step('transcribeRecording', { transcriptId: 'transcript' }),
    matchCompany: step('matchCompany', { companyMatch: 'UNKNOWN' }),
    analyzeTranscript: step('analyzeTranscript', { outcome: 'ANALYZED', callAnalysisId: 'a' }),
    recordFailure: step<RecordFailureInput, void>('recordFailure', undefined),
    recordReprocess: step('recordReprocess', undefined),
  };
  return { activities, scriptOf };
}

/** A behaviour that fails for good with this code. */
export function fail(code: ErrorCode): Behaviour {
  return () => {
    throw ApplicationFailure.nonRetryable(`It failed with ${code}.`, code);
  };
}
