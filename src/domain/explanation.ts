import type { CallStatus, CompanyMatch, Outcome } from './call.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import type { Step } from './names.ts';

/** What is known about a call, as far as a dispatcher needs it explained. */
export type ExplainedCall = {
  readonly status: CallStatus;
  readonly outcome: Outcome | null;
  readonly companyMatch: CompanyMatch | null;
  /** The name of the company, where there is one. */
  readonly companyName: string | null;
  /** Whether the number of the other side is known. */
  readonly hasNumber: boolean;
  /** Set while the call is FAILED. */
  readonly failure: { readonly step: Step; readonly code: ErrorCode } | null;
};

const WHAT_FAILED = {
  openCall: 'The call could not be opened for processing.',
  archiveRecording: 'The recording could not be fetched and archived.',
  transcribeRecording: 'The recording could not be transcribed.',
  matchCompany: 'The company could not be looked up.',
  analyzeTranscript: 'What was said could not be analysed.',
} as const satisfies Record<Step, string>;

const WHAT_CAME_OUT = {
  ANALYZED: 'What was said was analysed.',
  NO_SPEECH: 'Nobody spoke in the recording, so there was nothing to analyse.',
} as const satisfies Record<Outcome, string>;

/**
 * Explains the outcome of a call in a few plain sentences, for people who know neither our codes nor
 * our steps: who it was with and what came of it, or what failed and what to do about it.
 */
export function explainCall(call: ExplainedCall): string {
  switch (call.status) {
    case 'PROCESSING':
      return 'The call is being processed.';
    case 'FAILED':
      return explainFailure(call.failure);
    case 'COMPLETED': {
      const sentences = [explainCompany(call), call.outcome && WHAT_CAME_OUT[call.outcome]];
      return sentences.filter((one) => one !== null).join(' ') || 'The call was processed.';
    }
  }
}

function explainFailure(failure: ExplainedCall['failure']): string {
  if (failure === null) return 'The processing of the call failed; its log says why.';
  const { meaning, remedy } = ERROR_CODES[failure.code];
  return `${WHAT_FAILED[failure.step]} ${meaning} ${remedy}`;
}

/** `null` while the company has not been looked up. */
function explainCompany({ companyMatch, companyName, hasNumber }: ExplainedCall): string | null {
  switch (companyMatch) {
    case null:
      return null;
    case 'MATCHED':
      return `The call was with ${companyName ?? 'a company that ConnectWise knows'}.`;
    case 'AMBIGUOUS':
      return 'Several companies in ConnectWise share this number, so none was chosen.';
    case 'UNKNOWN':
      return hasNumber
        ? 'No company in ConnectWise has this number.'
        : 'The phone system gives no usable number for the other side, so no company was looked for.';
    case 'WITHHELD':
      return 'The caller withheld the number, so the company is not known.';
    case 'INTERNAL':
      return 'A call between colleagues, so no company was looked for.';
  }
}
