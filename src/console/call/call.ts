import type { AnalysesReply, TranscriptsReply } from '../../api/history-schemas.ts';
import type { CallReply, LogReply, TranscriptReply } from '../../api/schemas.ts';
import { html, type Html } from '../page/html.ts';
import { fieldsOf, may, type Page, type Visit } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { analysisSection } from './analysis.ts';
import { companySection } from './company.ts';
import { costSection } from './cost.ts';
import { earlierSection } from './earlier.ts';
import { headOf } from './head.ts';
import { logSection } from './log.ts';
import { speechesOf } from './moments.ts';
import { timelineSection } from './timeline.ts';
import { transcriptSection } from './transcript.ts';

/** `/console/calls/:callSid`: what became of one call. */
export function addCall(pages: Pages): void {
  pages.show('/console/calls/:callSid', callPage);
}

async function callPage(visit: Visit): Promise<Page> {
  const { api, request } = visit;
  const { callSid = '' } = fieldsOf(request.params);
  const self = `/calls/${encodeURIComponent(callSid)}`;
  const [call, log, transcript, transcripts, analyses] = await Promise.all([
    api.get<CallReply>(self),
    api.get<LogReply>(`${self}/log`),
    api.find<TranscriptReply>(`${self}/transcript`),
    api.get<TranscriptsReply>(`${self}/transcripts`),
    api.get<AnalysesReply>(`${self}/analyses`),
  ]);
  const speeches = transcript === null ? [] : speechesOf(transcript);
  return {
    title: call.company?.name ?? call.externalPhoneNumber ?? callSid,
    scripts: ['player.js'],
    live: `${self}/events`,
    body: html`<article class="one">
      ${headOf(call, { mayReprocess: may(visit, 'calls:reprocess'), message: messageOf(fieldsOf(request.query)) })}
      <div class="columns">
        <div>
          ${analysisSection(call, speeches)}
          ${transcriptSection(call, { transcript, speeches, nonce: visit.nonce })}
        </div>
        <div>${timelineSection(call, log)} ${companySection(call)} ${costSection(call)}</div>
      </div>
      ${earlierSection(transcripts, analyses)} ${logSection(log)}
    </article>`,
  };
}

/** What has just been done, for whoever did it. */
function messageOf(query: Readonly<Record<string, string>>): Html | null {
  if (!('begun' in query)) return null;
  return html`<p class="notice" role="status">
    It has begun again. This page shows by itself how it goes on.
  </p>`;
}
