import type { FailuresReply } from '../../api/listing/replies.ts';
import { age } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { may, type Page, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { forPages, nameOfStep } from '../page/words.ts';

type Group = FailuresReply['failures'][number];

/** `/console/failures`: the calls that have failed, by cause, the most frequent first. */
export function addFailures(pages: Pages): void {
  pages.show('/console/failures', failuresPage);
}

async function failuresPage(visit: Visit): Promise<Page> {
  const { failures } = await visit.api.get<FailuresReply>('/failures');
  return {
    title: 'Failures',
    live: '/events',
    body: html`<h1>Failures</h1>
      ${failures.length === 0 && html`<p class="empty">No call has failed. Nothing needs to be done.</p>`}
      ${failures.map((group) => groupSection(group, visit))}`,
  };
}

function groupSection(group: Group, visit: Visit): Html {
  const { step, code, count, firstSeen, lastSeen, meaning, remedy } = group;
  const calls = queryOf(group);
  return html`<section id="group-${step}-${code}" class="group">
    <h2>${nameOfStep(step)}: ${meaning ?? code}</h2>
    ${remedy !== null && html`<p class="remedy">${forPages(remedy)}</p>`}
    <p>
      <strong>${count}</strong> ${count === 1 ? 'call' : 'calls'},
      ${span(firstSeen, lastSeen, visit.now)} <code class="fine">${code}</code>
    </p>
    ${calls !== null && html`<p class="actions">${offer(calls, count, visit)}<a href="/console?${calls}&amp;status=FAILED">Show ${count === 1 ? 'it' : 'them'}</a></p>`}
  </section>`;
}

function span(first: string, last: string, now: number): Content {
  return first === last
    ? html`${age(first, now)} ago`
    : html`the first ${age(first, now)} ago, the last ${age(last, now)} ago`;
}

function offer(calls: string, count: number, visit: Visit): Content {
  return (
    may(visit, 'calls:reprocess') &&
    html`<a class="action main" href="/console/failures/reprocess?${calls}"
      >Reprocess ${count === 1 ? 'it' : `these ${count}`} …</a
    > `
  );
}

/** The filter that means just these calls; `null` where the API has none. */
function queryOf({ step, code, links }: Group): string | null {
  if (links.calls === null) return null;
  return new URLSearchParams({ failedStep: step, failureCode: code }).toString();
}
