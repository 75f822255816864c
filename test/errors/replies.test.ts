// Guarantees, for each answer in the corpus, which code is reported to Temporal, whether and when Temporal retries, and that the client itself made one request.
import assert from 'node:assert/strict';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import type { HttpAnswer, ReplyCase } from './corpus/reply-case.ts';
import { SPEECH } from './corpus/speech.ts';
import { STORAGE, type StoragePlace } from './corpus/storage.ts';
import { askSpeech } from './support/ask-speech.ts';
import { askStorage, startStorage } from './support/ask-storage.ts';
import { assertNext, failureOf, inWords } from './support/assert-next.ts';
import { startHttpPeer, type HttpPeer } from './support/http-peer.ts';
import { OVER_HTTP } from './support/over-http.ts';

/** A model whose text is unusable is asked twice to repair it. */
const ASKED_THREE_TIMES: readonly string[] = ['MODEL_OUTPUT_INVALID', 'MODEL_OUTPUT_TRUNCATED'];

describe('an error', () => {
  for (const [system, cases, ask] of OVER_HTTP) {
    describe(`from ${system}`, () => {
      for (const [what, answer, code, next] of cases) {
        it(`${what}: ${code}, ${inWords(next)}`, async () => {
          const peer = await startHttpPeer(answer);
          try {
            const error = await failureOf(() => ask(peer.url));
            assertNext(error, code, next);
            if (!isUnreachable(answer)) {
              assert.equal(peer.met(), requestsFor(answer, code), 'requests');
            }
          } finally {
            await peer.close();
          }
        });
      }
    });
  }

  for (const [place, cases] of Object.entries(STORAGE) as [
    StoragePlace,
    readonly ReplyCase<HttpAnswer>[],
  ][]) {
    describe(`from Cloud Storage, when ${place}`, () => {
      for (const [what, answer, code, next] of cases) {
        it(`${what}: ${code}, ${inWords(next)}`, async () => {
          const peer: HttpPeer = await startStorage(place, answer);
          try {
            const error = await failureOf(() => askStorage(place, answer, peer.url));
            assertNext(error, code, next);
            if (!isUnreachable(answer)) assert.equal(peer.met(), 1, 'requests');
          } finally {
            await peer.close();
          }
        });
      }
    });
  }

  for (const [place, cases] of Object.entries(SPEECH) as [
    keyof typeof SPEECH,
    (typeof SPEECH)[keyof typeof SPEECH],
  ][]) {
    describe(`from Speech-to-Text, when ${place}`, () => {
      for (const [what, answer, code, next] of cases) {
        it(`${what}: ${code}, ${inWords(next)}`, async () => {
          let requests = 0;
          const error = await failureOf(() =>
            askSpeech(place, answer, (count) => {
              requests = count;
            }),
          );
          assertNext(error, code, next);
          if (!isUnreachable(answer)) assert.equal(requests, 1, 'requests');
        });
      }
    });
  }
});

function isUnreachable(answer: unknown): boolean {
  return answer === 'refused' || answer === 'unknown host';
}

/** How many requests an answer costs when it is always the same. */
function requestsFor(answer: HttpAnswer, code: ErrorCode): number {
  // A second try tells a slip from a budget that is too small.
  if (code === 'MODEL_REASONING_EXHAUSTED') return 2;
  if (ASKED_THREE_TIMES.includes(code) && answer !== 'endless') return 3;
  // A language model that does not say what it dislikes is asked once more without a schema.
  const status = typeof answer === 'object' ? answer.status : undefined;
  return code === 'MODEL_BAD_REQUEST' && (status === 400 || status === 422) ? 2 : 1;
}
