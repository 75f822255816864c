import type { CallsReply } from '../../api/listing/replies.ts';
import { clock, said, time } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import {
  DIRECTION_WORDS,
  MATCH_WORDS,
  meaningOf,
  nameOfStep,
  remedyOf,
  stateOf,
} from '../page/words.ts';

type Listed = CallsReply['calls'][number];

/** A call in the list: who, when, how long, and in a line what came of it. */
export function callRow(call: Listed, { mayReprocess }: { readonly mayReprocess: boolean }): Html {
  const { callSid, startTime, recordingSeconds, direction } = call;
  const page = `/console/calls/${encodeURIComponent(callSid)}`;
  const state = stateOf(call);
  return html`<li id="call-${callSid}" class="call" data-started="${startTime}">
    <a class="when" href="${page}">${time(startTime)}</a>
    <span class="state ${state.tone}">${state.word}</span>
    <span class="company">${companyOf(call)}</span>
    <span class="caller">${callerOf(call)}</span>
    <span class="direction">${direction !== null && DIRECTION_WORDS[direction]}</span>
    <span class="length"
      >${recordingSeconds !== null && html`<span class="unseen">Length </span>${clock(recordingSeconds)}`}</span
    >
    <div class="about">
      ${recordedNote(call)} ${aboutOf(call)}
      ${call.followUp === true && html`<span class="promise">Somebody has to get back to the client</span>`}
      ${call.hits !== null && hitsOf(call.hits)}
      ${call.failure !== null && mayReprocess && html`<a class="action" href="${page}/reprocess">Reprocess<span class="unseen"> the call of ${startTime}</span></a>`}
    </div>
  </li>`;
}

// The phone system tells of a call once it has ended, so most begin to be processed within minutes.
const LATE_MS = 60 * 60_000;

/** The list stands in the order in which calls came in. When a call was made is told where that was long before. */
function recordedNote({ startTime, recordedAt }: Listed): Content {
  const isLate = recordedAt !== null && Date.parse(startTime) - Date.parse(recordedAt) >= LATE_MS;
  return isLate && html`<p class="fine">Recorded ${time(recordedAt)}</p>`;
}

function companyOf({ company, companyMatch }: Listed): Content {
  if (company !== null) return said(company.name);
  return companyMatch !== null && html`<i>${MATCH_WORDS[companyMatch]}</i>`;
}

function callerOf({ externalPhoneNumber: number }: Listed): Content {
  return number !== null && html`<span dir="ltr">${number}</span>`;
}

/** The summary, or why there is none. */
function aboutOf({ failure, waiting, summary }: Listed): Content {
  if (failure !== null) {
    const remedy = remedyOf(failure.code);
    return html`<p class="bad">
      <strong>${nameOfStep(failure.step)} failed.</strong>
      ${meaningOf(failure.code)}${remedy !== null && html` <span class="remedy">${remedy}</span>`}
    </p>`;
  }
  if (waiting !== null) {
    const { step, code, nextAttemptAt } = waiting;
    return html`<p class="busy">
      <strong>${nameOfStep(step)} is still being retried</strong>, next
      ${nextAttemptAt === null ? 'now' : html`at ${time(nextAttemptAt)}`}. ${meaningOf(code)}
    </p>`;
  }
  return summary !== null && html`<p dir="auto">${summary}</p>`;
}

const PLACES = {
  company: 'Company',
  summary: 'Summary',
  quotes: 'Quote',
  transcript: 'Said',
} as const;

/** Where the words of a search stand in the call. */
function hitsOf(hits: NonNullable<Listed['hits']>): Html {
  return html`<dl class="hits">
    ${hits.map(
      ({ in: place, pieces }) =>
        html`<div>
          <dt>${PLACES[place]}</dt>
          <dd dir="auto">
            ${pieces.map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : text))}
          </dd>
        </div>`,
    )}
  </dl>`;
}
