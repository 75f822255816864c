import { STEPS, type RedoStep } from '../domain/names.ts';

/** The steps that work on what a step found. Transcription compares the audio's hash itself. */
const DEPENDENTS = {
  archiveRecording: ['matchCompany', 'analyzeTranscript'],
  transcribeRecording: ['analyzeTranscript'],
  matchCompany: ['analyzeTranscript'],
  analyzeTranscript: [],
} as const satisfies Record<RedoStep, readonly RedoStep[]>;

/** Whether a step must not reuse what an earlier run stored. */
export function mustRedo(step: RedoStep, redoFrom: RedoStep | null): boolean {
  if (redoFrom === null) return false;
  const dependents: readonly RedoStep[] = DEPENDENTS[redoFrom];
  return step === redoFrom || dependents.includes(step);
}

/** The earlier of two steps to begin again at; `null` means none. */
export function earlier(one: RedoStep | null, other: RedoStep | null): RedoStep | null {
  if (one === null || other === null) return one ?? other;
  return STEPS.indexOf(one) <= STEPS.indexOf(other) ? one : other;
}
