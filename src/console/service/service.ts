import { html, type Content, type Html } from '../page/html.ts';
import { time } from '../page/format.ts';
import { may, type Page, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import type { ReadinessReply } from '../../api/routes/readiness.ts';

type Dependency = NonNullable<ReadinessReply['dependencies']>[number];

/** What the service needs, in words for people. */
const NAMES: Readonly<Record<Dependency['name'], string>> = {
  database: 'Database',
  migrations: 'Tables of the database',
  clock: 'Clock',
  temporal: 'Temporal',
  workers: 'Workers',
  bucket: 'Archive of recordings',
};

const STATES: Readonly<Record<Dependency['state'], { word: string; tone: string }>> = {
  ok: { word: 'Works', tone: 'good' },
  failing: { word: 'Does not work', tone: 'bad' },
  unknown: { word: 'Not known', tone: 'busy' },
};

/** `/console/service`: what is wrong with the service itself, since when, and what to do. */
export function addService(pages: Pages): void {
  pages.show('/console/service', servicePage);
}

async function servicePage(visit: Visit): Promise<Page> {
  const { status, dependencies } = await visit.api.readiness();
  const isReady = status === 'ready';
  return {
    title: 'Service',
    live: '/events',
    body: html`<h1>Service</h1>
      <div data-poll>
        <p class="explanation ${isReady ? 'good' : 'bad'}" role="status">
          ${isReady ? 'Everything works.' : 'Something does not work. Calls wait and nothing is lost; it goes on by itself once this is mended.'}
        </p>
        ${
          dependencies !== undefined &&
          html`<ul class="groups">
            ${dependencies.map(dependencyItem)}
          </ul>`
        }
        ${!may(visit, 'admin') && html`<p class="fine">A key with the scope admin shows the details.</p>`}
      </div>`,
  };
}

function dependencyItem({ name, state, reason, since }: Dependency): Html {
  const { word, tone } = STATES[state];
  return html`<li class="group">
    <strong>${NAMES[name]}</strong> <span class="state ${tone}">${word}</span>
    <span class="fine">since ${time(since)}</span>${explained(reason)}
  </li>`;
}

function explained(reason: string | null): Content {
  return reason !== null && html`<p>${reason}</p>`;
}
