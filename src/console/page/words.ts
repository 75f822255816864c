import { isStep, type RedoStep, type Step } from '../../domain/names.ts';
import { ERROR_CODES, isErrorCode, type ErrorCode } from '../../domain/error-codes.ts';
import type { CallsReply } from '../../api/listing/replies.ts';

type Listed = Pick<CallsReply['calls'][number], 'status' | 'outcome' | 'waiting'>;

/** What a step does, as a heading of the timeline. */
const STEP_NAMES = {
  openCall: 'Opened',
  archiveRecording: 'Recording',
  transcribeRecording: 'Transcript',
  matchCompany: 'Company',
  analyzeTranscript: 'Analysis',
} as const satisfies Record<Step, string>;

/** What beginning at a step means to whoever asks for it. */
export const REDO_NAMES = {
  archiveRecording: 'Fetch the recording again',
  transcribeRecording: 'Transcribe again',
  matchCompany: 'Look up the company again',
  analyzeTranscript: 'Analyse again',
} as const satisfies Record<RedoStep, string>;

export function nameOfStep(step: string): string {
  return isStep(step) ? STEP_NAMES[step] : step;
}

/** A state in a word or two, and the colour that goes with it. */
export type State = { readonly word: string; readonly tone: 'good' | 'bad' | 'busy' | 'quiet' };

export function stateOf({ status, outcome, waiting }: Listed): State {
  if (status === 'FAILED') return { word: 'Failed', tone: 'bad' };
  if (waiting !== null) return { word: 'Still retrying', tone: 'busy' };
  if (status === 'PROCESSING') return { word: 'In progress', tone: 'busy' };
  return outcome === 'NO_SPEECH'
    ? { word: 'Nobody spoke', tone: 'quiet' }
    : { word: 'Done', tone: 'good' };
}

/** What is said of a company where there is none. */
export const MATCH_WORDS = {
  MATCHED: 'Company found',
  AMBIGUOUS: 'Several companies share this number',
  UNKNOWN: 'Unknown company',
  WITHHELD: 'Number withheld',
  INTERNAL: 'Between colleagues',
} as const;

export const DIRECTION_WORDS = {
  inbound: 'Incoming',
  outbound: 'Outgoing',
  internal: 'Internal',
} as const;

/** A word of a closed set, such as `service_request`, for people. */
export function inWords(value: string): string {
  const words = value.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a code means; the code itself where this version does not know it. */
export function meaningOf(code: string): string {
  return isErrorCode(code) ? ERROR_CODES[code].meaning : code;
}

/** What to do about a code; `null` where this version does not know it. */
export function remedyOf(code: string): string | null {
  const known: ErrorCode | null = isErrorCode(code) ? code : null;
  return known === null ? null : forPages(ERROR_CODES[known].remedy);
}

/** Advice of the table of codes speaks of signals; on a page there is a button for that. */
export function forPages(text: string): string {
  return text.replaceAll('send the signal reprocess', 'reprocess the call');
}
