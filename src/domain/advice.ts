import type { CodeFacts } from './error-codes/code-facts.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

// The remedies of the codes are written for a call that is parked, whose run waits for the signal. What a
// call in another state needs is the same without that signal, or with a request to the gateway instead.

const WITH_THE_SIGNAL =
  /(?:, then| before) send(?:ing)? the signal reprocess|\. Then send the signal reprocess/g;
const SENTENCES_ABOUT_THE_SIGNAL = /(?:^|(?<=\. ))Send the signal reprocess[^.]*\. ?/g;

/** What may be done about a step that is tried again by itself; empty where only waiting helps. */
export function adviceWhileRetrying(code: ErrorCode): string {
  const advice = ERROR_CODES[code].remedy
    .replace(SENTENCES_ABOUT_THE_SIGNAL, '')
    .replace(WITH_THE_SIGNAL, '')
    .trim();
  // What cannot be told without the signal is advice for a parked run alone.
  return advice.includes('signal') ? '' : advice;
}

/** Advice for a parked run, turned into advice for a run that is closed: it takes no signal any more. */
export function forClosedRun(advice: string): string {
  return advice
    .replaceAll('Send the signal reprocess', 'Ask the gateway to reprocess the call')
    .replaceAll('send the signal reprocess', 'ask the gateway to reprocess the call')
    .replaceAll('sending the signal reprocess', 'asking the gateway to reprocess the call');
}

const RESTART_THE_GATEWAY = /, restart the gateway, then send the request again/;
const WITH_THE_REQUEST = /, then send the request again/;

/** What to do about a failure that a process meets when it starts. */
export function adviceAtStart(code: ErrorCode): string {
  const { remedy, requestRemedy = remedy }: CodeFacts = ERROR_CODES[code];
  return requestRemedy
    .replace(RESTART_THE_GATEWAY, ', then restart this process')
    .replace(WITH_THE_REQUEST, '');
}

const RESTARTING =
  /(?:, then|,? and|[,.;]) restart (?:the workers|the gateway|this process)(?: first)?/gi;
const SENDING_AGAIN = /(?:, then|\. Then) send the request again(?:; it is safe to repeat)?/g;

/** What to do about a failure that is found before anything runs: nothing to restart, and no call to reprocess. */
export function adviceBeforeStart(code: ErrorCode): string {
  const advice = adviceWhileRetrying(code) || adviceAtStart(code);
  return advice.replace(SENDING_AGAIN, '').replace(RESTARTING, '');
}
