import type { Problem } from '../../api/problem.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';
import { forPages } from './words.ts';

/** A page that says why something cannot be shown or done, and what to do. */
export function problemPage({ status, detail, remedy, requestId }: Problem): Page {
  return {
    title: 'That did not work',
    status,
    body: html`<section class="problem" role="alert">
        <h1>That did not work</h1>
        <p>${detail}</p>
        <p>${forPages(remedy)}</p>
        <p class="fine">In the gateway’s log this request is ${requestId}.</p>
      </section>
      <p><a href="/console">To the list of calls</a></p>`,
  };
}
