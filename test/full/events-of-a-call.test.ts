// Whoever follows a call from its start to its end learns every step once, although the gateway is killed meanwhile.
import assert from 'node:assert/strict';

import { readEvents } from '../support/event-reader.ts';
import { logRowsOf, submit } from '../support/calls.ts';
import { untilCompleted } from '../support/conditions.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the events of a call', () => {
  const stack = new AsyncDisposableStack();
  let service: Service;

  before(async () => {
    // Long enough that the gateway is killed while the call is being transcribed.
    service = await startService({ speechSeconds: 2 });
    stack.defer(() => service.stop());
  });
  after(() => stack.disposeAsync());

  async function startGateway(): Promise<OwnGateway> {
    const gateway = await startOwnGateway(service.databaseUrl, {
      TEMPORAL_ADDRESS: service.temporal.address,
      RECORDINGS_BUCKET: 'call-archive',
      STORAGE_API_ENDPOINT: service.addresses.storageApiEndpoint,
    });
    stack.defer(() => gateway.remove());
    return gateway;
  }

  it('come from its start to COMPLETED, each once, although the gateway is killed in the middle; then it can be heard', async () => {
    const [first, second] = await Promise.all([startGateway(), startGateway()]);
    let now = first;
    const all = readEvents(() => `${now.url}/events`);
    stack.defer(() => all.close());
    await waitFor('the stream of all calls', async () => all.opened() === 1);
    const recording = await service.addRecording();
    const { callSid } = recording;
    await submit(service, recording);
    await waitFor('the call to be opened', async () => all.seen.length > 0);
    const one = readEvents(() => `${now.url}/calls/${callSid}/events`);
    stack.defer(() => one.close());
    await waitFor('the audio to be archived', async () => one.seen.length >= 3);

    now = second;
    await first.process.kill();
    await untilCompleted(service, callSid);
    const rows = await logRowsOf(service, callSid);
    await waitFor('all rows', async () => one.seen.length >= rows.length);
    await waitFor('the end', async () => JSON.stringify(all.seen.at(-1)).includes('COMPLETED'));
    assert.equal(one.opened(), 2);
    const eventOf = ({ data }: { data: unknown }) => (data as { event: string }).event;
    assert.deepEqual(one.seen.map(eventOf).toSorted(), rows.map(({ event }) => event).toSorted());
    assert.equal(one.seen.map(eventOf).at(-1), 'JOB_COMPLETED');
    assert.equal(new Set(one.seen.map(({ id }) => id)).size, one.seen.length);
    assert.deepEqual(
      all.seen.map(({ data }) => (data as { call: { callSid: string } }).call.callSid),
      [callSid, callSid],
    );

    const heard = await fetch(`${second.url}/calls/${callSid}/recording`, {
      headers: { range: 'bytes=0-3' },
    });
    assert.equal(heard.status, 206);
    assert.equal(heard.headers.get('content-type'), 'audio/wav');
    assert.equal(await heard.text(), 'RIFF');
    // Temporal knows no such call either.
    for (const path of ['events', 'recording']) {
      const response = await fetch(`${second.url}/calls/404.4/${path}`);
      assert.equal(response.status, 404);
      assert.match(await response.text(), /"NOT_FOUND"/);
    }
  });
});
