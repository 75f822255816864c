import type { ReceiptReply } from '../../api/reprocess-schemas.ts';
import type { CallReply } from '../../api/schemas.ts';
import type { SessionReply } from '../../api/session-schemas.ts';
import { REDO_STEPS } from '../../domain/names.ts';
import { money, said } from '../page/format.ts';
import { html, type Html } from '../page/html.ts';
import { tokenField } from '../page/layout.ts';
import type { Page } from '../page/page.ts';
import { forPages, nameOfStep, REDO_NAMES } from '../page/words.ts';

type Shown = {
  readonly receipt: ReceiptReply;
  /** The step that was asked for; empty: the default. */
  readonly from: string;
  readonly session: SessionReply;
};

type Line = ReceiptReply['steps'][number];

/** What a reprocess would do again and pay again, before anything is done. */
export function receiptPage(call: CallReply, { receipt, from, session }: Shown): Page {
  const page = `/console${call.links.self}`;
  const isFailed = call.status === 'FAILED';
  const mayDo = session.scopes.includes('calls:reprocess');
  return {
    title: 'Reprocess',
    body: html`<section class="narrow">
      <p><a href="${page}">Back to the call</a></p>
      <h1>
        Reprocess the call with
        ${call.company === null ? (call.externalPhoneNumber ?? call.callSid) : said(call.company.name)}
      </h1>
      ${isFailed && html`<p class="explanation bad">${forPages(call.explanation)}</p>`}
      <form method="get" action="${page}/reprocess" class="choose">
        <label for="from">Begin at</label>
        <select id="from" name="from">
          <option value="">
            ${isFailed ? `The step that failed (${nameOfStep(receipt.from)})` : 'The analysis'}
          </option>
          ${REDO_STEPS.map(
            (step) =>
              html`<option value="${step}" ${step === from && html` selected`}>
                ${REDO_NAMES[step]}
              </option>`,
          )}
        </select>
        <button>Show what it does</button>
      </form>
      <table class="receipt">
        <caption>
          What it does, from ${nameOfStep(receipt.from)} on
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Runs again</th>
            <th scope="col">Is paid again</th>
          </tr>
        </thead>
        <tbody>
          ${receipt.steps.map(lineOf)}
        </tbody>
      </table>
      ${
        mayDo
          ? html`<form method="post" action="${page}/reprocess">
              ${tokenField(session.token)}
              ${from !== '' && html`<input type="hidden" name="from" value="${from}" />`}
              <label for="reason">Why, for the log (optional)</label>
              <input id="reason" name="reason" maxlength="200" aria-describedby="reason-hint" />
              <p class="fine" id="reason-hint">No phone numbers: at most five digits.</p>
              <button class="main" id="begin">Reprocess now</button>
            </form>`
          : html`<p class="notice">Your key may read calls but not reprocess them.</p>`
      }
    </section>`,
  };
}

const RUNS = { yes: 'Yes', no: 'No', ifContentChanged: 'If the recording has changed' } as const;

function lineOf({ step, runs, pays, lastPaid, kept }: Line): Html {
  return html`<tr>
    <th scope="row">${nameOfStep(step)}</th>
    <td>${RUNS[runs]}</td>
    <td>
      ${RUNS[pays]}${
        lastPaid !== null &&
        pays !== 'no' &&
        html`, last time ${money(lastPaid.total, lastPaid.currency)}`
      }${kept !== null && html`; ${money(kept.total, kept.currency)} of earlier work is used again`}
    </td>
  </tr>`;
}
