import type { CallReply } from '../../api/schemas.ts';
import { clock, said, time } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { DIRECTION_WORDS, forPages, stateOf } from '../page/words.ts';

/** Who the call was with, how it stands, and what can be done about it. */
export function headOf(
  call: CallReply,
  { mayReprocess, message }: { readonly mayReprocess: boolean; readonly message: Html | null },
): Html {
  const { callSid, direction, recordedAt, recordingSeconds, startTime, links } = call;
  const state = stateOf(call);
  return html`<header class="head">
    <p><a href="/console">All calls</a></p>
    <h1>${nameOf(call)}</h1>
    <p class="facts">
      <span id="state" class="state ${state.tone}">${state.word}</span>
      ${direction !== null && html`<span>${DIRECTION_WORDS[direction]}</span>`}
      ${call.externalPhoneNumber !== null && html`<span dir="ltr">${call.externalPhoneNumber}</span>`}
      ${startTime !== null && html`<span>Came in ${time(startTime)}</span>`}
      ${recordedAt !== null && html`<span>Recorded ${time(recordedAt)}</span>`}
      ${recordingSeconds !== null && html`<span><span class="unseen">Length </span>${clock(recordingSeconds)}</span>`}
      <span class="fine">${callSid}</span>
    </p>
    ${message}
    <p id="explanation" class="explanation ${state.tone}">${forPages(call.explanation)}</p>
    ${waitingNotice(call)}
    <p class="actions">
      ${mayReprocess && call.status !== 'PROCESSING' && html`<a class="action${call.status === 'FAILED' && ' main'}" href="/console/calls/${encodeURIComponent(callSid)}/reprocess">Reprocess …</a>`}
      ${links.temporal !== null && html`<a href="${links.temporal}">Open in Temporal</a>`}
    </p>
  </header>`;
}

function nameOf({ company, externalPhoneNumber, callSid }: CallReply): Content {
  if (company !== null) return said(company.name);
  return externalPhoneNumber === null
    ? callSid
    : html`<span dir="ltr">${externalPhoneNumber}</span>`;
}

/** A step that is tried again by itself is as visible as one that failed. */
function waitingNotice({ waiting }: CallReply): Content {
  if (waiting === null) return null;
  const { nextAttemptAt, attempt, since } = waiting;
  return html`<p class="notice busy">
    Still retrying, next ${nextAttemptAt === null ? 'now' : html`at ${time(nextAttemptAt)}`}.
    ${attempt === 0 ? null : `It has failed ${attempt === 1 ? 'once' : `${attempt} times`}`} since
    ${time(since)}. Nothing needs to be done unless it goes on.
  </p>`;
}
