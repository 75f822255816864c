import type { DryRunReply } from '../../api/bulk-schemas.ts';
import type { SessionReply } from '../../api/session-schemas.ts';
import { REDO_STEPS } from '../../domain/names.ts';
import { money } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { tokenField } from '../page/layout.ts';
import type { Page } from '../page/page.ts';
import { meaningOf, nameOfStep, REDO_NAMES } from '../page/words.ts';

type Shown = {
  readonly fields: Readonly<Record<string, string>>;
  readonly session: SessionReply;
};

/** Filters and choices that go from the address of the preview into what is begun. */
const KEPT = ['failedStep', 'failureCode', 'to'] as const;

/** Exactly which calls would be reprocessed, and what they may cost, before anything is begun. */
export function previewPage(meant: DryRunReply, { fields, session }: Shown): Page {
  const { count } = meant;
  const { failedStep = '', failureCode = '', from = '' } = fields;
  return {
    title: 'Reprocess a group',
    body: html`<section class="narrow">
      <p><a href="/console/failures">Back to the failures</a></p>
      <h1>Reprocess ${count} ${count === 1 ? 'call' : 'calls'}</h1>
      ${failureCode !== '' && html`<p>${nameOfStep(failedStep)}: ${meaningOf(failureCode)}</p>`}
      <form method="get" action="/console/failures/reprocess">
        ${hidden(fields)}
        <label for="from">Begin at</label>
        <select id="from" name="from">
          <option value="">The step that failed</option>
          ${REDO_STEPS.map(
            (step) =>
              html`<option value="${step}" ${step === from && html` selected`}>
                ${REDO_NAMES[step]}
              </option>`,
          )}
        </select>
        <button>Show what it may cost</button>
      </form>
      <p>${costOf(meant)}</p>
      <details>
        <summary>The calls</summary>
        <ul>
          ${meant.calls.map(
            (callSid) =>
              html`<li><a href="/console/calls/${encodeURIComponent(callSid)}">${callSid}</a></li>`,
          )}
        </ul>
      </details>
      ${count > 0 && beginForm(fields, session)}
    </section>`,
  };
}

function beginForm(fields: Shown['fields'], session: SessionReply): Html {
  const { from = '' } = fields;
  return html`<form method="post" action="/console/failures/reprocess">
    ${tokenField(session.token)}${hidden(fields)}
    ${from !== '' && html`<input type="hidden" name="from" value="${from}" />`}
    <label for="rate">Calls begun per second</label>
    <input id="rate" name="rate" type="number" value="1" min="0.01" max="50" step="any" required />
    <label for="reason">Why, for the log (optional)</label>
    <input id="reason" name="reason" maxlength="200" aria-describedby="reason-hint" />
    <p class="fine" id="reason-hint">No phone numbers: at most five digits.</p>
    <button class="main">Reprocess them now</button>
  </form>`;
}

function hidden(fields: Shown['fields']): Content {
  return KEPT.map(
    (name) =>
      fields[name] !== undefined &&
      html`<input type="hidden" name="${name}" value="${fields[name]}" />`,
  );
}

function costOf({ cost }: DryRunReply): Content {
  const { total, currency, unknownCalls } = cost;
  const known =
    total === null
      ? 'What they cost is not known: there are no prices in the gateway’s configuration.'
      : `What runs again cost ${money(total, currency)} last time.`;
  return html`${known}${unknownCalls > 0 && html` For ${unknownCalls} of them nobody knows yet, because a step is done for the first time.`}`;
}
