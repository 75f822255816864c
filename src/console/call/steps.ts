import type { CallReply, LogReply } from '../../api/schemas.ts';
import { STEPS, type Step } from '../../domain/names.ts';

type Entry = LogReply['entries'][number];

/** How one step of a call stands, as its log tells. */
export type StepState = {
  readonly step: Step;
  readonly state: 'done' | 'failed' | 'retrying' | 'running' | 'waits' | 'notNeeded';
  /** Failed attempts since the call was last begun or reprocessed. */
  readonly failedAttempts: number;
  /** When it ended or failed last; `null` before. */
  readonly at: string | null;
  /** From the end of what it waited for to its own end; `null` before. */
  readonly seconds: number | null;
  readonly message: string | null;
};

/** What a step logs once it has done its work. */
const ENDS: Readonly<Record<Step, readonly string[]>> = {
  openCall: ['JOB_STARTED', 'SKIPPED', 'REPROCESS_REQUESTED'],
  archiveRecording: ['UPLOAD_SUCCESS'],
  transcribeRecording: ['TRANSCRIPTION_SUCCESS'],
  matchCompany: [
    'COMPANY_IDENTIFIED',
    'COMPANY_NOT_FOUND',
    'COMPANY_AMBIGUOUS',
    'CALLER_WITHHELD',
    'CALL_INTERNAL',
  ],
  analyzeTranscript: ['JOB_COMPLETED'],
};

/** Which steps a step waits for. */
const AFTER: Readonly<Record<Step, readonly Step[]>> = {
  openCall: [],
  archiveRecording: ['openCall'],
  transcribeRecording: ['archiveRecording'],
  matchCompany: ['archiveRecording'],
  analyzeTranscript: ['transcribeRecording', 'matchCompany'],
};

/** The steps of a call in their order, each as the call and its log say that it stands. */
export function toSteps(call: CallReply, { entries }: LogReply): readonly StepState[] {
  const ends = new Map(STEPS.map((step) => [step, endOf(step, entries)]));
  return STEPS.map((step) => {
    const end = ends.get(step) ?? null;
    const failures = failuresOf(step, entries);
    const state = stateOf(call, step, { end, ends, entries });
    const last = state === 'done' ? end : (failures.at(-1) ?? end);
    return {
      step,
      state,
      failedAttempts: failures.length,
      at: last?.at ?? null,
      seconds: state === 'done' && end !== null ? secondsOf(step, { end, ends }) : null,
      message: last?.message ?? null,
    };
  });
}

type Ends = ReadonlyMap<Step, Entry | null>;

function stateOf(
  { status, failure, waiting }: CallReply,
  step: Step,
  { end, ends, entries }: { end: Entry | null; ends: Ends; entries: readonly Entry[] },
): StepState['state'] {
  if (failure?.step === step) return 'failed';
  if (waiting?.step === step) return 'retrying';
  const isFresh =
    end !== null && (step !== 'analyzeTranscript' || end.at >= lastBeginning(entries));
  if (isFresh) return 'done';
  if (status === 'COMPLETED') return 'notNeeded';
  const isReady = AFTER[step].every((earlier) => (ends.get(earlier) ?? null) !== null);
  return status === 'PROCESSING' && isReady ? 'running' : 'waits';
}

function endOf(step: Step, entries: readonly Entry[]): Entry | null {
  return (
    entries.findLast((entry) => entry.step === step && ENDS[step].includes(entry.event)) ?? null
  );
}

function failuresOf(step: Step, entries: readonly Entry[]): readonly Entry[] {
  const since = lastBeginning(entries);
  return entries.filter(
    (entry) =>
      entry.step === step &&
      entry.at >= since &&
      entry.event.endsWith('_FAILED') &&
      entry.attempt > 0,
  );
}

/** When the call was last told to begin, or to go on after a failure. */
function lastBeginning(entries: readonly Entry[]): string {
  const begins = ['JOB_STARTED', 'REPROCESS_REQUESTED'];
  return entries.findLast(({ event }) => begins.includes(event))?.at ?? '';
}

function secondsOf(step: Step, { end, ends }: { end: Entry; ends: Ends }): number | null {
  const before = AFTER[step].flatMap((earlier) => ends.get(earlier)?.at ?? []);
  const [latest] = before.toSorted().toReversed();
  if (latest === undefined) return null;
  const seconds = (Date.parse(end.at) - Date.parse(latest)) / 1_000;
  // What it waited for was done anew, and it was not.
  return seconds >= 0 ? seconds : null;
}
