import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../../domain/analysis.ts';
import { COMPANY_MATCHES } from '../../domain/call.ts';
import { html, type Html } from '../page/html.ts';
import { inWords, MATCH_WORDS } from '../page/words.ts';

type Fields = Readonly<Record<string, string>>;
type Option = readonly [value: string, words: string];

const words = (values: readonly string[]): Option[] => values.map((each) => [each, inWords(each)]);

/** Filters with a closed set of values, as people choose them. */
const CHOICES: readonly { name: string; label: string; options: readonly Option[] }[] = [
  {
    name: 'status',
    label: 'State',
    options: [
      ['COMPLETED', 'Done'],
      ['FAILED', 'Failed'],
      ['PROCESSING', 'In progress'],
    ],
  },
  { name: 'waiting', label: 'Retrying', options: [['true', 'Still retrying']] },
  { name: 'followUp', label: 'Promised', options: [['true', 'Somebody has to get back']] },
  {
    name: 'companyMatch',
    label: 'Company',
    options: COMPANY_MATCHES.map((each) => [each, MATCH_WORDS[each]]),
  },
  { name: 'category', label: 'About', options: words(CATEGORIES) },
  { name: 'priority', label: 'Priority', options: words(PRIORITIES) },
  { name: 'sentiment', label: 'Mood', options: words(SENTIMENTS) },
];

/** Filters that links set and that nobody types. They stay while others are changed, until they are cleared. */
const FROM_LINKS = ['company', 'failedStep', 'failureCode', 'outcome', 'minSeconds'] as const;

/** The filter in the address: what a form leaves empty is left out, so that a link says no more than it means. */
export function readFilter(query: Fields): URLSearchParams {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value.trim() !== ''));
}

/** The form by which a list is searched and filtered. It works by its address alone. */
export function filterForm(filter: URLSearchParams): Html {
  const kept = FROM_LINKS.flatMap((name) => {
    const value = filter.get(name);
    return value === null ? [] : [{ name, value }];
  });
  const isFiltered = filter.size > 0;
  const isUnfolded = [...filter.keys()].some((name) => !['q', 'status'].includes(name));
  return html`<form class="filters" method="get" action="/console" role="search" data-keep>
<div class="search">
<label for="q">Search what was said</label>
<input id="q" name="q" type="search" value="${filter.get('q')}" maxlength="200" dir="auto">
<button class="main">Search</button>
${isFiltered && html`<a href="/console">Show all calls</a>`}
</div>
<details${isUnfolded && html` open`}><summary>Filters</summary>
<div class="choices">
${CHOICES.map(({ name, label, options }) => choice({ name, label, options }, filter.get(name)))}
${date('from', 'From (day, UTC)', filter.get('from'))}
${date('to', 'Before (day, UTC)', filter.get('to'))}
<button>Apply</button>
</div></details>
${kept.map(({ name, value }) => html`<input type="hidden" name="${name}" value="${value}" />`)}
</form>
${kept.length > 0 && html`<p class="fine">Only calls with ${kept.map(({ name, value }) => html`<span class="chip">${labelOf(name)}: <bdi>${value}</bdi></span> `)}</p>`}`;
}

function choice({ name, label, options }: (typeof CHOICES)[number], chosen: string | null): Html {
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">All</option>
      ${options.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`,
      )}
    </select></label
  >`;
}

function date(name: string, label: string, value: string | null): Html {
  const day = value?.slice(0, 10) ?? null;
  return html`<label>${label} <input type="date" name="${name}" value="${day}" /></label>`;
}

function labelOf(name: (typeof FROM_LINKS)[number]): string {
  const labels = {
    company: 'company',
    failedStep: 'step',
    failureCode: 'code',
    outcome: 'outcome',
    minSeconds: 'at least so many seconds',
  } as const;
  return labels[name];
}
