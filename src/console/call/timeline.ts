import type { CallReply, LogReply } from '../../api/schemas.ts';
import { inUnits, time } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { forPages, meaningOf, nameOfStep, remedyOf } from '../page/words.ts';
import { toSteps, type StepState } from './steps.ts';

const WORDS: Readonly<Record<StepState['state'], string>> = {
  done: 'Done',
  failed: 'Failed',
  retrying: 'Still retrying',
  running: 'Running',
  waits: 'Not yet',
  notNeeded: 'Not needed',
};

const TONES: Readonly<Record<StepState['state'], string>> = {
  done: 'good',
  failed: 'bad',
  retrying: 'busy',
  running: 'busy',
  waits: 'quiet',
  notNeeded: 'quiet',
};

/** What happened, step by step; for a step that failed, why and what to do. */
export function timelineSection(call: CallReply, log: LogReply): Html {
  return html`<section aria-labelledby="happened">
    <h2 id="happened">What happened</h2>
    <ol class="timeline">
      ${toSteps(call, log).map((step) => stepItem(step, call))}
    </ol>
  </section>`;
}

function stepItem(step: StepState, call: CallReply): Html {
  const { state, failedAttempts, at, seconds } = step;
  return html`<li class="step ${TONES[state]}">
    <strong>${nameOfStep(step.step)}</strong>
    <span class="state ${TONES[state]}">${WORDS[state]}</span>
    <span class="fine"
      >${at !== null && time(at)}${seconds !== null && seconds >= 1 && `, took ${inUnits(seconds)}`}${failedAttempts > 0 && `, ${failedAttempts} failed ${failedAttempts === 1 ? 'attempt' : 'attempts'}`}</span
    >
    ${details(step, call)}
  </li>`;
}

function details({ state, message }: StepState, { failure, waiting }: CallReply): Content {
  if (state === 'failed' && failure !== null) {
    const remedy = remedyOf(failure.code);
    return html`<p>${meaningOf(failure.code)}</p>
      ${remedy !== null && html`<p class="remedy">${remedy}</p>`}
      <p class="fine"><code>${failure.code}</code></p>`;
  }
  if (state === 'retrying' && waiting !== null) {
    const { code, nextAttemptAt } = waiting;
    return html`<p>
        ${meaningOf(code)} Next attempt
        ${nextAttemptAt === null ? 'now' : html`at ${time(nextAttemptAt)}`}.
      </p>
      <p class="fine"><code>${code}</code></p>`;
  }
  return message !== null && html`<p class="fine" dir="auto">${forPages(message)}</p>`;
}
