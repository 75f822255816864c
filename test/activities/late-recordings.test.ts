// Guarantees that a recording which is missing or still being written is waited for as long as it may come, and no longer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const MINUTE = 60_000;

/** What the phone system answers about a recording that it has not finished. */
const FIELD = JSON.parse(
  readFileSync(join(import.meta.dirname, '../field/18-still-being-encoded.json'), 'utf8'),
) as { input: { firstAnswer: { body: { data: Record<string, unknown> } } } };
const STILL_WRITTEN = FIELD.input.firstAnswer.body;

type Answer = Readonly<Record<string, unknown>>;

describe('a recording that is late', () => {
  let rig: StepRig;
  let count = 0;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  /** A call that began `startedAgo` and was submitted `scheduledAgo`; the first fetch gets the fault. */
  async function lateCall(
    [startedAgo, scheduledAgo]: readonly [number, number],
    action: Readonly<Record<string, unknown>>,
  ) {
    count += 1;
    const call = await rig.newCall({
      callRecordingId: `${Math.floor((Date.now() - startedAgo) / 1000)}.${count}`,
      faults: [{ system: 'phoneSystem', action }],
    });
    call.scheduledAgo(scheduledAgo);
    await call.attempt('openCall', 1);
    return call;
  }

  const answer = (fields: Answer) => ({
    body: JSON.stringify({ ...STILL_WRITTEN, data: { ...STILL_WRITTEN.data, ...fields } }),
  });
  const missing = { envelopeCode: 404 };
  const wordless = { complete: undefined };

  const waitedFor: readonly (readonly [string, readonly [number, number], Answer])[] = [
    ['missing, after a call of an hour', [61 * MINUTE, MINUTE], missing],
    ['missing, after a call of an hour, until the end', [75 * MINUTE, 14 * MINUTE], missing],
    ['being written', [MINUTE, 0], answer({})],
    ['being written, after a call of an hour', [61 * MINUTE, MINUTE], answer({})],
    ['being written, with empty data', [MINUTE, 0], answer({ data: '' })],
    ['being written, with some data', [MINUTE, 0], answer({ data: 'UklGRg==', size: 4 })],
    ['without data, or a word about complete', [MINUTE, 0], answer(wordless)],
    ['of empty data, without that word', [MINUTE, 0], answer({ ...wordless, data: '' })],
  ];
  for (const [what, when, action] of waitedFor) {
    it(`is asked for again in fifteen seconds, and archived: ${what}`, async () => {
      const call = await lateCall(when, action);
      assert.deepEqual(await failureOf(call.attempt('archiveRecording', 1)), {
        type: 'RECORDING_NOT_THERE_YET' satisfies ErrorCode,
        nonRetryable: false,
        nextRetryDelay: 15_000,
      });
      await call.attempt('archiveRecording', 2);
      const objects = (await rig.sandbox.objects()).filter(
        ({ name }) => name.includes(call.callSid) && !name.endsWith('.envelope'),
      );
      assert.deepEqual(
        objects.map(({ sha256 }) => sha256),
        [(await call.rows()).call.sha256],
      );
    });
  }

  const givenUp: readonly (readonly [string, readonly [number, number], Answer, ErrorCode])[] = [
    ['missing for long', [80 * MINUTE, 16 * MINUTE], missing, 'RECORDING_NOT_FOUND'],
    ['missing, of a call long past', [25 * 60 * MINUTE, 0], missing, 'RECORDING_NOT_FOUND'],
    ['never finished', [17 * MINUTE, 16 * MINUTE], answer({}), 'RECORDING_NOT_THERE_YET'],
    ['empty for long', [17 * MINUTE, 16 * MINUTE], answer(wordless), 'RECORDING_UNREADABLE'],
    ['complete and empty', [MINUTE, 0], answer({ complete: 1 }), 'RECORDING_UNREADABLE'],
  ];
  for (const [what, when, action, code] of givenUp) {
    it(`is given up as ${code}: ${what}`, async () => {
      const call = await lateCall(when, action);
      const { type, nonRetryable } = await failureOf(call.attempt('archiveRecording', 1));
      assert.deepEqual([type, nonRetryable], [code, true]);
      assert.equal((await call.rows()).call.recordingUrl, null);
    });
  }
});

async function failureOf(attempt: Promise<unknown>) {
  const [result] = await Promise.allSettled([attempt]);
  assert.ok(result.status === 'rejected', 'the attempt fails');
  const { type, nonRetryable, nextRetryDelay } = result.reason as Record<string, unknown>;
  return { type, nonRetryable, nextRetryDelay };
}
