import type { CallReply } from '../../api/schemas.ts';
import { inUnits, money } from '../page/format.ts';
import { html, type Content } from '../page/html.ts';

/** What the call has cost so far. */
export function costSection({ cost }: CallReply): Content {
  if (cost === null) return null;
  const { currency, speech, analysis, total, speechSeconds, inputTokens, outputTokens } = cost;
  return html`<section aria-labelledby="cost">
    <h2 id="cost">Cost</h2>
    <dl class="facts-list">
      <div>
        <dt>Altogether</dt>
        <dd>${money(total, currency)}${cost.estimated && ' (estimated)'}</dd>
      </div>
      <div>
        <dt>Transcription</dt>
        <dd>
          ${money(speech, currency)}${speechSeconds !== null && `, ${inUnits(speechSeconds)} of speech`}
        </dd>
      </div>
      <div>
        <dt>Analysis</dt>
        <dd>${money(analysis, currency)}, ${inputTokens} tokens read, ${outputTokens} written</dd>
      </div>
    </dl>
    ${total === null && html`<p class="fine">Amounts need prices in the gateway’s configuration.</p>`}
  </section>`;
}
