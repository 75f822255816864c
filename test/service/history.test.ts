import assert from 'node:assert/strict';

import type { Step } from '../../src/domain/names.ts';
import type { StatusReport } from '../../src/domain/call-run.ts';
import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// A run's history is small and contains only IDs and URIs: a reader learns nothing about the call from it.

// A happy run was measured at 33 events and 5.4 kB.
const EVENTS_AT_MOST = 40;
const HISTORY_AT_MOST_BYTES = 10_000;
const PAYLOAD_AT_MOST_BYTES = 1_000;

/** Words that occur only in the content of the call. */
const SPOKEN = ['Zanzibar', 'marmalade', 'Ms Featherstonehaugh'];
const NUMBER = '+442079460101';
const FORBIDDEN = [
  ...SPOKEN,
  NUMBER,
  // Shorter runs of its digits occur in ids and hashes by chance.
  '2079460101',
  '7946 0101',
  'Brightwater',
  'sandbox-password',
  'client_name',
  'Bearer',
  'Basic ',
];

/** Every byte field as text, because payloads carry their JSON as bytes. */
function* byteFields(value: unknown): Generator<string> {
  if (value instanceof Uint8Array) yield Buffer.from(value).toString();
  else if (typeof value === 'object' && value !== null) {
    for (const field of Object.values(value)) yield* byteFields(field);
  }
}

describe('the history of a run', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  it('is small and contains nothing of the call when all goes well', async () => {
    const { callSid } = await completedCall();
    const handle = service.client.workflow.getHandle(callSid);
    await handle.result();
    const { historyLength, historySize } = await handle.describe();
    assert.ok(historyLength <= EVENTS_AT_MOST, `${historyLength} events`);
    assert.ok(
      (historySize ?? 0) > 0 && (historySize ?? 0) <= HISTORY_AT_MOST_BYTES,
      `${historySize} bytes`,
    );
    await assertRevealsNothing(callSid);
  });

  it('contains nothing of the call when a step fails and is reprocessed', async () => {
    const { callSid } = await completedCall(
      [
        { system: 'phoneSystem', action: { status: 500, body: `<html>${SPOKEN.join()}</html>` } },
        {
          system: 'connectwise',
          action: { status: 500, body: `{"message":"${NUMBER} ${SPOKEN[0]}"}` },
        },
        { system: 'speech', operation: 'BatchRecognize', action: { status: 'INVALID_ARGUMENT' } },
        {
          system: 'languageModel',
          // A model that does not say what it dislikes is asked once more, without a schema.
          times: 2,
          action: {
            status: 400,
            body: `{"error":{"message":"${SPOKEN.join()} Bearer ${NUMBER}"}}`,
          },
        },
      ],
      ['transcribeRecording', 'analyzeTranscript'],
    );
    await assertRevealsNothing(callSid);
  });

  /** Runs a call to its end, reprocessing it whenever it is parked. */
  async function completedCall(faults: unknown[] = [], failsAt: Step[] = []) {
    const key = await startCall(service, {
      metadata: { snumber: NUMBER, cnumber: '+442079460000' },
      transcript: `This is ${SPOKEN[2]} from ${SPOKEN[0]}: there is ${SPOKEN[1]} in the printer.`,
      faults,
    });
    const handle = service.client.workflow.getHandle(key.callSid);
    for (const step of failsAt) {
      await waitFor(`${step} to be parked`, async () => {
        const { parked } = await handle.query<StatusReport>('status');
        return parked.some((one) => one.step === step);
      });
      await handle.signal('reprocess');
    }
    await untilStatus(service, key.callSid, 'COMPLETED');
    return key;
  }

  async function assertRevealsNothing(callSid: string): Promise<void> {
    const { events } = await service.client.workflow.getHandle(callSid).fetchHistory();
    const payloads = [...byteFields(events)];
    const text = JSON.stringify(events, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ).concat(...payloads);
    assert.ok(payloads.length > 5 && text.includes(callSid), 'the history was read');
    for (const word of FORBIDDEN) {
      assert.ok(!text.includes(word), `the history contains "${word}"`);
    }
    for (const payload of payloads) {
      assert.ok(payload.length <= PAYLOAD_AT_MOST_BYTES, payload);
    }
  }
});
