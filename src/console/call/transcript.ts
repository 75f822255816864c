import type { CallReply, TranscriptReply } from '../../api/schemas.ts';
import { clock } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import type { Speech } from './moments.ts';

type Shown = {
  readonly transcript: TranscriptReply | null;
  readonly speeches: readonly Speech[];
  readonly nonce: string;
};

/** The recording, and what was said in it. */
export function transcriptSection(call: CallReply, { transcript, speeches, nonce }: Shown): Html {
  return html`<section aria-labelledby="said">
    <h2 id="said">What was said</h2>
    ${call.recordingUrl !== null && player(call, nonce)}
    ${transcript === null ? html`<p class="empty">There is no transcript yet.</p>` : said(transcript, speeches)}
  </section>`;
}

/** Without JavaScript the browser's own player; with it, a waveform and keys. */
function player({ callSid }: CallReply, nonce: string): Html {
  const self = `/calls/${encodeURIComponent(callSid)}`;
  return html`<div id="player" class="player" data-keep data-call="${self}" data-nonce="${nonce}">
    <audio id="audio" controls preload="none" src="${self}/recording?stream"></audio>
    <div id="waveform" class="waveform" hidden></div>
    <p class="fine" id="player-problem" role="status"></p>
    <div id="player-controls" class="controls" hidden></div>
    <p class="fine"><a href="${self}/recording?download">Save the recording</a></p>
  </div>`;
}

function said({ leftOut }: TranscriptReply, speeches: readonly Speech[]): Content {
  if (speeches.length === 0) return html`<p class="empty">Nobody said a word.</p>`;
  return html`<ol id="speeches" class="speeches">
      ${speeches.map(speechItem)}
    </ol>
    ${leftOut !== null && leftOut.silent + leftOut.bleed + leftOut.loops > 0 && html`<p class="fine">The recogniser gave more that nobody can have said: ${leftOut.silent} in silence, ${leftOut.bleed} from the other side, ${leftOut.loops} repeated. It was left out.</p>`}`;
}

function speechItem({ speaker, startSeconds, endSeconds, pieces }: Speech, index: number): Html {
  return html`<li
    id="speech-${index}"
    class="speech${sideOf(speaker)}"
    data-start="${startSeconds}"
    data-end="${endSeconds}"
  >
    <a class="moment" href="#speech-${index}" data-play="${index}"
      ><span class="unseen">Play from </span>${clock(startSeconds)}</a
    >
    ${speaker !== null && html`<strong>${speaker}</strong>`}
    <span class="words" dir="auto">${pieces.map(pieceOf)}</span>
  </li>`;
}

/** With its own times, so that a click on a word finds about when it was said. */
function pieceOf({ startSeconds, endSeconds, text }: Speech['pieces'][number]): Html {
  return html`<span data-from="${startSeconds}" data-until="${endSeconds}">${text}</span> `;
}

function sideOf(speaker: string | null): string {
  if (speaker === null) return '';
  return speaker === 'Agent' || speaker === 'Colleague' ? ' ours' : ' theirs';
}
