import type { StatisticsReply } from '../../api/listing/statistics.ts';
import { inUnits, money, said } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { fieldsOf, type Page, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { inWords } from '../page/words.ts';

type Group = StatisticsReply['groups'][number];

// More companies than anybody compares.
const COMPANIES = 20;

const DAY_MS = 86_400_000;

/** `/console/overview`: how many calls there were, what they were about, how long they took and what they cost. */
export function addOverview(pages: Pages): void {
  pages.show('/console/overview', overviewPage);
}

async function overviewPage({ api, request }: Visit): Promise<Page> {
  const { from = '', to = '' } = fieldsOf(request.query);
  const range = new URLSearchParams({ ...(from && { from }), ...(to && { to }) });
  const by = (grouping: string) =>
    api.get<StatisticsReply>(
      `/statistics?${new URLSearchParams([...range, ['by', grouping]]).toString()}`,
    );
  const [days, companies, categories, sentiments] = await Promise.all([
    by('day'),
    by('company'),
    by('category'),
    by('sentiment'),
  ]);
  const shown = { from: days.from.slice(0, 10), to: dayNotBefore(days.to) };
  return {
    title: 'Overview',
    scripts: ['charts.js'],
    styles: ['chart.css'],
    body: html`<h1>Overview</h1>
      ${rangeForm(shown)} ${totals(days.total)} ${daysSection(days)}
      <div class="columns even">
        ${valuesSection('Companies with most calls', companies.groups.slice(0, COMPANIES), { filter: 'company', range: shown })}
        <div>
          ${valuesSection('What calls were about', categories.groups, { filter: 'category', range: shown })}
          ${valuesSection('How clients sounded', sentiments.groups, { filter: 'sentiment', range: shown })}
        </div>
      </div>`,
  };
}

/** The day that begins at a time or after it, so that a range of days has all of its last one. */
function dayNotBefore(iso: string): string {
  return new Date(Math.ceil(Date.parse(iso) / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}

type Range = { readonly from: string; readonly to: string };

function rangeForm({ from, to }: Range): Html {
  return html`<form method="get" action="/console/overview" class="choices">
    <label>From (day, UTC) <input type="date" name="from" value="${from}" /></label>
    <label>Before (day, UTC) <input type="date" name="to" value="${to}" /></label>
    <button>Show</button>
  </form>`;
}

function totals({
  calls,
  minutes,
  secondsToCompletion,
  cost,
  outcomes,
}: StatisticsReply['total']): Html {
  const { median } = secondsToCompletion;
  return html`<section class="group">
    <dl class="facts-list">
      <div>
        <dt>Calls</dt>
        <dd>${calls}, ${outcomes.FAILED} of them failed</dd>
      </div>
      <div>
        <dt>Recordings</dt>
        <dd>${Math.round(minutes)} minutes</dd>
      </div>
      <div>
        <dt>Done after</dt>
        <dd>${median === null ? 'not known yet' : `${inUnits(median)}, half of them sooner`}</dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>${money(cost.total, cost.currency)}${cost.estimated && ' (estimated)'}</dd>
      </div>
    </dl>
  </section>`;
}

/** The table is what the chart is drawn of, and what is read where none can be drawn. */
function daysSection({ groups }: StatisticsReply): Html {
  const days = groups
    .filter(({ key }) => key !== null)
    .toSorted((one, other) => (one.key ?? '').localeCompare(other.key ?? ''));
  return html`<section class="group" aria-labelledby="days"><h2 id="days">Calls per day</h2>
${days.length === 0 && html`<p class="empty">There were no calls.</p>`}
<div id="chart" class="chart" hidden></div>
<details${days.length < 8 && html` open`}><summary>As a table</summary>
<table id="chart-data"><thead><tr><th scope="col">Day</th><th scope="col">Done</th><th scope="col">Nobody spoke</th><th scope="col">Failed</th><th scope="col">In progress</th></tr></thead>
<tbody>${days.map(dayRow)}</tbody></table></details></section>`;
}

function dayRow({ key, outcomes }: Group): Html {
  const day = (key ?? '').slice(0, 10);
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
  const list = new URLSearchParams({ from: day, to: next }).toString();
  const { ANALYZED, NO_SPEECH, FAILED, PROCESSING } = outcomes;
  return html`<tr>
    <th scope="row"><a href="/console?${list}">${day}</a></th>
    ${[ANALYZED, NO_SPEECH, FAILED, PROCESSING].map((count) => html`<td>${count}</td>`)}
  </tr>`;
}

function valuesSection(
  title: string,
  groups: readonly Group[],
  { filter, range }: { readonly filter: string; readonly range: Range },
): Content {
  const most = Math.max(1, ...groups.map(({ calls }) => calls));
  return html`<section class="group">
    <h2>${title}</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Which</th>
          <th scope="col">Calls</th>
          <th scope="col">Minutes</th>
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          (group) =>
            html`<tr>
              <th scope="row">${nameOf(group, { filter, range })}</th>
              <td>
                ${group.calls}
                <meter min="0" max="${most}" value="${group.calls}" aria-hidden="true"></meter>
              </td>
              <td>${Math.round(group.minutes)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function nameOf(
  { key, name }: Group,
  { filter, range }: { readonly filter: string; readonly range: Range },
): Content {
  if (key === null) return 'Not known';
  const list = new URLSearchParams({ [filter]: key, ...range }).toString();
  return html`<a href="/console?${list}">${name === null ? inWords(key) : said(name)}</a>`;
}
