import type { CallsReply } from '../../api/listing/replies.ts';
import { html, type Html } from '../page/html.ts';
import { fieldsOf, may, type Page, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { callRow } from './call-row.ts';
import { filterForm, readFilter } from './filters.ts';

/** `/console`: the list of calls, by the filter that stands in the address. */
export function addCalls(pages: Pages): void {
  pages.show('/console', async (visit) => {
    const query = fieldsOf(visit.request.query);
    const filter = readFilter(query);
    // A form sends empty fields too; the address that is shared should not have them.
    if (filter.size < Object.keys(query).length) return { goTo: addressOf(filter) };
    return callsPage(visit, filter);
  });
}

async function callsPage(visit: Visit, filter: URLSearchParams): Promise<Page> {
  const { calls, nextCursor } = await visit.api.get<CallsReply>(`/calls?${filter.toString()}`);
  const shown = new URLSearchParams(filter);
  shown.delete('cursor');
  const isOlder = filter.has('cursor');
  const mayReprocess = may(visit, 'calls:reprocess');
  return {
    title: filter.has('q') ? `${filter.get('q')} – search` : 'Calls',
    scripts: ['older.js'],
    ...(isOlder ? {} : { live: '/events' }),
    body: html`<h1>Calls</h1>
      ${filterForm(shown)}
      ${isOlder && html`<p><a href="${addressOf(shown)}">Back to the newest</a></p>`}
      ${
        calls.length === 0
          ? nothing(shown, isOlder)
          : html`<ol
              id="calls"
              class="calls"
              aria-label="Calls, the last that came in first"
              ${nextCursor !== null && html` data-more`}
            >
              ${calls.map((call) => callRow(call, { mayReprocess }))}
            </ol>`
      }
      <div id="older" data-keep>${nextCursor !== null && older(shown, nextCursor)}</div>`,
  };
}

function older(filter: URLSearchParams, cursor: string): Html {
  const params = new URLSearchParams(filter);
  params.set('cursor', cursor);
  return html`<a class="more" rel="next" href="${addressOf(params)}">Show older calls</a>`;
}

function nothing(filter: URLSearchParams, isOlder: boolean): Html {
  if (isOlder) return html`<p class="empty">There are no older calls.</p>`;
  return filter.size === 0
    ? html`<p class="empty">
        There are no calls yet. As soon as the phone system submits one, it appears here by itself.
      </p>`
    : html`<p class="empty">No call fits. <a href="/console">Show all calls</a></p>`;
}

function addressOf(filter: URLSearchParams): string {
  return filter.size === 0 ? '/console' : `/console?${filter.toString()}`;
}
