import type { AnalysesReply, TranscriptsReply } from '../../api/history-schemas.ts';
import { time } from '../page/format.ts';
import { html, type Content } from '../page/html.ts';

/** Transcripts and analyses that others have replaced. */
export function earlierSection(
  { transcripts }: TranscriptsReply,
  { analyses }: AnalysesReply,
): Content {
  const texts = transcripts.filter(({ isCurrent }) => !isCurrent);
  const findings = analyses.filter(({ isCurrent }) => !isCurrent);
  if (texts.length + findings.length === 0) return null;
  return html`<section aria-labelledby="earlier">
    <h2 id="earlier">Earlier results</h2>
    ${texts.map(
      ({ at, model, text }) =>
        html`<details>
          <summary>Transcript of ${time(at)}, ${model}</summary>
          <p class="text" dir="auto">${text}</p>
        </details>`,
    )}
    ${findings.map(
      ({ at, model, analysis }) =>
        html`<details>
          <summary>Analysis of ${time(at)}, ${model}</summary>
          <pre class="text" tabindex="0" dir="auto">${JSON.stringify(analysis, null, 2)}</pre>
        </details>`,
    )}
  </section>`;
}
