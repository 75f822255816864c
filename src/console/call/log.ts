import type { LogReply } from '../../api/schemas.ts';
import { time } from '../page/format.ts';
import { html, type Html } from '../page/html.ts';
import { nameOfStep } from '../page/words.ts';

const TONES: Readonly<Record<string, string>> = { LOG_ERROR: 'bad', LOG_SUCCESS: 'good' };

/** Every entry of the log, oldest first. */
export function logSection({ entries }: LogReply): Html {
  return html`<section aria-labelledby="log">
    <h2 id="log">Log</h2>
    <details>
      <summary>${entries.length} entries</summary>
      <ol class="log">
        ${entries.map(
          ({ at, step, message, status, actor }) =>
            html`<li class="${TONES[status] ?? 'quiet'}">
              ${time(at)} <strong>${nameOfStep(step)}</strong>
              <span dir="auto">${message}</span
              >${actor !== null && html` <span class="fine">by ${actor}</span>`}
            </li>`,
        )}
      </ol>
    </details>
  </section>`;
}
