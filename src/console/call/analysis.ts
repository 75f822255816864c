import { z } from 'zod';

import type { CallReply } from '../../api/schemas.ts';
import { clock } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { inWords } from '../page/words.ts';
import { likelyMomentOf, momentOf, type Moment, type Speech } from './moments.ts';

// What a model has written is read leniently: an earlier version may have asked it for less.
const analysis = z.object({
  summary: z.string().catch(''),
  reasonForCall: z.string().nullable().catch(null),
  category: z.string().nullable().catch(null),
  priority: z.string().nullable().catch(null),
  sentiment: z.string().nullable().catch(null),
  resolved: z.boolean().nullable().catch(null),
  callerName: z.string().nullable().catch(null),
  followUpNeeded: z.boolean().catch(false),
  quotes: z.array(z.string()).catch([]),
  actions: z
    .array(
      z.object({
        description: z.string(),
        owner: z.string().nullable().catch(null),
        due: z.string().nullable().catch(null),
      }),
    )
    .catch([]),
});

/** Who has to do what was promised. */
const OWNERS: Readonly<Record<string, string>> = {
  msp: 'by us',
  client: 'by the client',
  third_party: 'by somebody else',
};

type Analysis = z.infer<typeof analysis>;

/** What the language model found, each quote and promise with the moment at which it was said. */
export function analysisSection(call: CallReply, speeches: readonly Speech[]): Content {
  const read = analysis.safeParse(call.analysis);
  if (!read.success) return null;
  const found = read.data;
  return html`<section aria-labelledby="analysis">
    <h2 id="analysis">What it was about</h2>
    <p dir="auto" class="summary">${found.summary}</p>
    ${facts(found)} ${promises(found, speeches)} ${quotes(found, speeches)}
  </section>`;
}

function facts({
  reasonForCall,
  callerName,
  category,
  priority,
  sentiment,
  resolved,
}: Analysis): Html {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Reason', reasonForCall],
    ['Caller', callerName],
    ['About', category && inWords(category)],
    ['Priority', priority && inWords(priority)],
    ['Mood', sentiment && inWords(sentiment)],
    ['Settled', resolved === null ? null : resolved ? 'Yes' : 'No'],
  ];
  return html`<dl class="facts-list">
    ${rows.map(
      ([name, value]) =>
        value !== null &&
        value !== '' &&
        html`<div>
          <dt>${name}</dt>
          <dd dir="auto">${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function promises({ actions, followUpNeeded }: Analysis, speeches: readonly Speech[]): Content {
  if (actions.length === 0) {
    return followUpNeeded && html`<p class="promise">Somebody has to get back to the client.</p>`;
  }
  return html`<h3>Promised</h3>
    <ul class="promises">
      ${actions.map(({ description, owner, due }) => {
        const moment =
          momentOf(description, speeches) ??
          (due === null ? null : momentOf(due, speeches)) ??
          likelyMomentOf(description, speeches);
        return html`<li>
          <span dir="auto">${description}</span
          >${due !== null && html` <strong dir="auto">${due}</strong>`}${owner !== null && html` <span class="fine">${OWNERS[owner]}</span>`}
          ${momentLink(moment)}
        </li>`;
      })}
    </ul>`;
}

function quotes({ quotes: said }: Analysis, speeches: readonly Speech[]): Content {
  if (said.length === 0) return null;
  return html`<h3>In their words</h3>
    <ul class="quotes">
      ${said.map(
        (quote) =>
          html`<li><q dir="auto">${quote}</q> ${momentLink(momentOf(quote, speeches))}</li>`,
      )}
    </ul>`;
}

/** Leads to the words in the transcript; with the player's script, it plays them. */
function momentLink(moment: Moment | null): Content {
  if (moment === null) return null;
  const { index, startSeconds } = moment;
  return html`<a
    class="moment"
    href="#speech-${index}"
    data-play="${index}"
    data-at="${startSeconds}"
    >at ${clock(startSeconds)}</a
  >`;
}
