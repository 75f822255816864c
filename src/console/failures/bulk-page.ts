import type { BulkReply } from '../../api/bulk-schemas.ts';
import type { SessionReply } from '../../api/session-schemas.ts';
import { time } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { tokenField } from '../page/layout.ts';
import type { Page } from '../page/page.ts';
import { meaningOf } from '../page/words.ts';

type Outcome = BulkReply['calls'][number]['outcome'];

/** What became of calls, the ones to look at first. */
const OUTCOMES: readonly { name: Outcome; word: string; tone: string; means: string }[] = [
  { name: 'failedAgain', word: 'Failed again', tone: 'bad', means: 'They need another look.' },
  {
    name: 'toDo',
    word: 'Not ended yet',
    tone: 'busy',
    means: 'They wait for their turn, or are being processed.',
  },
  { name: 'stopped', word: 'Stopped', tone: 'quiet', means: 'They were not begun.' },
  {
    name: 'mended',
    word: 'Mended meanwhile',
    tone: 'good',
    means: 'Somebody else reprocessed them, and they are done.',
  },
  { name: 'done', word: 'Done', tone: 'good', means: 'They were reprocessed and are complete.' },
];

// Beyond the time that its rate takes, a call takes minutes; half an hour later something is wrong.
const LATE_MS = 30 * 60_000;

/** How a reprocess of many calls goes on; once it has ended, the proof of what became of each. */
export function bulkPage(
  bulk: BulkReply,
  { session, now }: { readonly session: SessionReply; readonly now: number },
): Page {
  const { count, counts, createdAt, reason, actor, ratePerSecond } = bulk;
  const toDo = counts.toDo ?? 0;
  return {
    title: 'Reprocess of a group',
    live: '/events',
    body: html`<article class="narrow" ${toDo > 0 && html` data-poll`}>
      <p><a href="/console/failures">To the failures</a></p>
      <h1>Reprocess of ${count} ${count === 1 ? 'call' : 'calls'}</h1>
      <p>
        Begun ${time(createdAt)}${actor !== null && ` by ${actor}`}, ${ratePerSecond} per
        second.${reason !== null && html` <q dir="auto">${reason}</q>`}
      </p>
      <p>
        <label for="progress">${count - toDo} of ${count} have ended</label>
        <progress id="progress" max="${Math.max(1, count)}" value="${count - toDo}"></progress>
      </p>
      <p id="result" class="explanation ${toDo > 0 ? 'busy' : 'quiet'}" role="status">
        ${resultOf(bulk, now)}
      </p>
      ${toDo > 0 && bulk.stoppedAt === null && session.scopes.includes('calls:reprocess') && stopForm(bulk, session)}
      ${OUTCOMES.map((outcome) => outcomeSection(outcome, bulk))}
      <p class="fine">Keep this address to prove later what became of each call.</p>
    </article>`,
  };
}

function resultOf(
  { count, counts, stoppedAt, createdAt, ratePerSecond }: BulkReply,
  now: number,
): Content {
  const toDo = counts.toDo ?? 0;
  if (toDo > 0) {
    const dueAt = Date.parse(createdAt) + (count / ratePerSecond) * 1_000 + LATE_MS;
    if (now > dueAt)
      return 'It is stalled: calls should have ended by now. Check that workers run.';
    return stoppedAt === null ? 'It goes on.' : 'It was stopped; what had begun goes on.';
  }
  const failed = counts.failedAgain ?? 0;
  const left = counts.stopped ?? 0;
  if (failed + left === 0) return `All ${count} are dealt with.`;
  return `It has ended. ${failed} failed again, ${left} were left alone.`;
}

function stopForm({ id }: BulkReply, { token }: SessionReply): Html {
  return html`<form method="post" action="/console/reprocesses/${encodeURIComponent(id)}/stop">
    ${tokenField(token)} <button>Stop it</button> <span class="fine">What has begun goes on.</span>
  </form>`;
}

function outcomeSection(
  { name, word, tone, means }: (typeof OUTCOMES)[number],
  bulk: BulkReply,
): Content {
  const calls = bulk.calls.filter(({ outcome }) => outcome === name);
  if (calls.length === 0) return null;
  return html`<section id="outcome-${name}">
    <h2 class="state ${tone}">${word}: ${calls.length}</h2>
    <p class="fine">${means}</p>
    <details id="calls-${name}" ${name === 'failedAgain' && html` open`}>
      <summary>The calls</summary>
      <ul>
        ${calls.map(
          ({ callSid, code }) =>
            html`<li>
              <a href="/console/calls/${encodeURIComponent(callSid)}">${callSid}</a
              >${code !== null && html` ${meaningOf(code)}`}
            </li>`,
        )}
      </ul>
    </details>
  </section>`;
}
