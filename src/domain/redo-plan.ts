import type { RedoStep, Step } from './names.ts';

/** The steps that use what a step found. Transcription compares the audio's hash itself. */
const DEPENDENTS = {
  archiveRecording: ['matchCompany', 'analyzeTranscript'],
  transcribeRecording: ['analyzeTranscript'],
  matchCompany: ['analyzeTranscript'],
  analyzeTranscript: [],
} as const satisfies Record<RedoStep, readonly RedoStep[]>;

/** Whether a step must not reuse what an earlier run stored: it, or a step it uses, is redone. */
export function mustRedo(step: Step, targets: readonly RedoStep[]): boolean {
  return targets.some((target) => step === target || dependsOn(step, target));
}

/** The steps to redo, each once, without those that another of them implies. */
export function withoutImplied(targets: readonly RedoStep[]): readonly RedoStep[] {
  return [...new Set(targets)].filter((step) => !targets.some((target) => dependsOn(step, target)));
}

function dependsOn(step: Step, target: RedoStep): boolean {
  return DEPENDENTS[target].some((dependent) => dependent === step);
}
