import type { RedoStep } from './names.ts';
import { mustRedo } from './redo-plan.ts';

/** Whether a reprocess does the work of a step again; `ifContentChanged`: if what it works on has become another. */
type Runs = 'yes' | 'no' | 'ifContentChanged';

/** What a step used of the paid systems. */
export type StepUsage = {
  /** As they are billed: each channel separately; `null` when nobody says. */
  readonly speechSeconds: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

export type ReceiptLine = {
  readonly step: RedoStep;
  readonly runs: Runs;
  /** Whether that is paid for. A transcription that a provider has accepted already is waited for, not paid again. */
  readonly pays: Runs;
  /** What its last result was made with; `null` when it has none, or is not paid for. */
  readonly lastPaid: StepUsage | null;
  /** What was paid before and is used again instead of being paid again. */
  readonly kept: StepUsage | null;
};

/** What the run that takes the request has done, and has to do again. */
export type RunPlan = {
  /** Steps that the run has finished, and does not repeat. */
  readonly done: readonly RedoStep[];
  readonly redo: readonly RedoStep[];
  /** The run whose own results count although they are redone; `null` for a new run. */
  readonly runId: string | null;
};

/** What is stored of a call, as far as it decides what has to be done again. */
export type StoredWork = {
  /** The run that stored it; `null` when there is none. */
  readonly archivedBy: string | null;
  readonly matchedBy: string | null;
  readonly transcript: {
    readonly runId: string;
    readonly submissionId: string;
    /** Made from the archived audio, by the submission that the call names. */
    readonly isUpToDate: boolean;
    /** Nothing was said, so no model is asked. */
    readonly isSilent: boolean;
    readonly billedSeconds: number | null;
  } | null;
  /** A provider has accepted the audio; `runId` is the run that submitted it. */
  readonly operation: { readonly runId: string | null } | null;
  readonly companyId: string | null;
  /** Oldest first. */
  readonly analyses: readonly (Omit<StepUsage, 'speechSeconds'> & {
    readonly runId: string;
    readonly companyId: string | null;
    readonly submissionId: string;
  })[];
  /** Oldest first. */
  readonly notes: readonly (Omit<StepUsage, 'speechSeconds'> & {
    readonly runId: string;
    readonly submissionId: string;
    /** The model and the prompts that they were made with. */
    readonly madeWith: string;
    readonly index: number;
  })[];
};

/** What a reprocess does again, and what was paid for it last time, step by step. */
export function toReceipt(work: StoredWork, plan: RunPlan): readonly ReceiptLine[] {
  const archive = runsOf('archiveRecording', plan, work.archivedBy);
  const transcribe = runsOfTranscription(work, plan, archive);
  const match = runsOf('matchCompany', plan, work.matchedBy);
  const analyze = runsOfAnalysis(work, plan, { transcribe, match });
  const { transcript } = work;
  const transcribed =
    transcript === null ? null : { ...NOTHING, speechSeconds: transcript.billedSeconds };
  const last = work.analyses.at(-1);
  const analysed = last === undefined ? null : usageOf([last]);
  const isAwaited = transcribe === 'yes' && mayReuse('transcribeRecording', plan, work.operation);
  return [
    { step: 'archiveRecording', runs: archive, pays: 'no', lastPaid: null, kept: null },
    {
      step: 'transcribeRecording',
      runs: transcribe,
      pays: isAwaited ? 'no' : transcribe,
      lastPaid: transcribed,
      kept: transcribe === 'no' ? transcribed : null,
    },
    { step: 'matchCompany', runs: match, pays: 'no', lastPaid: null, kept: null },
    {
      step: 'analyzeTranscript',
      runs: analyze,
      pays: analyze,
      lastPaid: analysed,
      kept:
        analyze === 'no'
          ? analysed
          : transcribe === 'no' && match === 'no'
            ? keptNotes(work, plan)
            : null,
    },
  ];
}

const NOTHING: StepUsage = { speechSeconds: 0, inputTokens: 0, outputTokens: 0 };

/** A step whose result counts as soon as it is stored. */
function runsOf(step: RedoStep, plan: RunPlan, storedBy: string | null): Runs {
  const stored = storedBy === null ? null : { runId: storedBy };
  return isDone(step, plan) || mayReuse(step, plan, stored) ? 'no' : 'yes';
}

function runsOfTranscription({ transcript }: StoredWork, plan: RunPlan, archive: Runs): Runs {
  if (isDone('transcribeRecording', plan)) return 'no';
  const isUsable =
    transcript?.isUpToDate === true && mayReuse('transcribeRecording', plan, transcript);
  if (!isUsable) return 'yes';
  // The hash of what is fetched decides.
  return archive === 'no' ? 'no' : 'ifContentChanged';
}

function runsOfAnalysis(
  { transcript, companyId, analyses }: StoredWork,
  plan: RunPlan,
  { transcribe, match }: { readonly transcribe: Runs; readonly match: Runs },
): Runs {
  if (isDone('analyzeTranscript', plan)) return 'no';
  if (transcript?.isSilent === true) return transcribe === 'no' ? 'no' : 'ifContentChanged';
  if (transcribe !== 'no') return 'yes';
  const isStored = analyses.some((one) =>
    mustRedo('analyzeTranscript', plan.redo)
      ? one.runId === plan.runId
      : one.submissionId === transcript?.submissionId && one.companyId === companyId,
  );
  if (!isStored) return 'yes';
  return match === 'no' ? 'no' : 'ifContentChanged';
}

function isDone(step: RedoStep, { done }: RunPlan): boolean {
  return done.includes(step);
}

function mayReuse(
  step: RedoStep,
  { redo, runId }: RunPlan,
  stored: { readonly runId: string | null } | null,
): boolean {
  return stored !== null && (!mustRedo(step, redo) || (runId !== null && stored.runId === runId));
}

/** The notes on parts of a long call that the analysis finds again; `null` when there are none. */
function keptNotes({ transcript, notes }: StoredWork, plan: RunPlan): StepUsage | null {
  const isOwnOnly = mustRedo('analyzeTranscript', plan.redo);
  const found = notes.filter(
    ({ submissionId, runId }) =>
      submissionId === transcript?.submissionId && (!isOwnOnly || runId === plan.runId),
  );
  const madeWith = found.at(-1)?.madeWith;
  const newest = new Map(
    found.filter((one) => one.madeWith === madeWith).map((one) => [one.index, one]),
  );
  return newest.size === 0 ? null : usageOf([...newest.values()]);
}

function usageOf(requests: readonly Omit<StepUsage, 'speechSeconds'>[]): StepUsage {
  return requests.reduce<StepUsage>(
    (sum, { inputTokens, outputTokens }) => ({
      ...sum,
      inputTokens: sum.inputTokens + inputTokens,
      outputTokens: sum.outputTokens + outputTokens,
    }),
    NOTHING,
  );
}
