// Guarantees that a reprocess of many calls does what its filter meant when it was sent, once for each call, and counts each.
import assert from 'node:assert/strict';

import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../../src/domain/analysis.ts';
import type { BulkReply } from '../../src/api/bulk-schemas.ts';
import { eventsOf, startCall, startCalls } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

const MODEL_REFUSES = { system: 'languageModel', action: { status: 401 } };
const NOBODY = '01a22c68-ed6b-7985-98b8-c0765c107a16';

describe('a reprocess of many calls', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  /** So many calls that are parked after their analysis was refused so many times. */
  async function parkedCalls(count: number, times = 1): Promise<string[]> {
    const calls = await startCalls(service, count, { faults: [{ ...MODEL_REFUSES, times }] });
    for (const { callSid } of calls) await untilStatus(service, callSid, 'FAILED');
    return calls.map(({ callSid }) => callSid);
  }

  const post = (body: unknown) => service.request('POST', '/reprocesses', body);

  async function start(body: Readonly<Record<string, unknown>>): Promise<string> {
    const reply = await post(body);
    assert.equal(reply.status, 202, JSON.stringify(reply.body));
    return String(reply.body['id']);
  }

  async function read(id: string): Promise<BulkReply> {
    const { status, body } = await service.request('GET', `/reprocesses/${id}`);
    assert.equal(status, 200);
    const bulk = body as unknown as BulkReply;
    const sum = Object.values(bulk.counts).reduce((one, other) => one + other, 0);
    assert.equal(sum, bulk.count, JSON.stringify(bulk.counts));
    return bulk;
  }

  const untilEnded = (id: string) =>
    waitFor('the bulk reprocess to end', async () => {
      const bulk = await read(id);
      return bulk.counts.toDo === 0 ? bulk : null;
    });

  const outcomesOf = ({ calls }: BulkReply) =>
    Object.fromEntries(calls.map(({ callSid, outcome }) => [callSid, outcome]));

  async function timesBegun(callSid: string): Promise<number> {
    const events = await eventsOf(service, callSid);
    return events.filter((event) => event === 'REPROCESS_REQUESTED').length;
  }

  it('mends what it can, says what failed again and why, and takes nothing that came later', async () => {
    const [mendable = '', hopeless = ''] = [
      ...(await parkedCalls(1)),
      ...(await parkedCalls(1, 2)),
    ];
    const dry = await post({ filter: {}, dryRun: true });
    assert.equal(dry.status, 200);
    assert.deepEqual(new Set(dry.body['calls'] as string[]), new Set([mendable, hopeless]));
    assert.equal(dry.body['count'], 2);
    assert.equal(await service.database.prisma.bulkReprocess.count(), 0, 'nothing was begun');

    const id = await start({ filter: {}, reason: 'key renewed', ratePerSecond: 1 });
    // The second turn is a second away.
    const later = await parkedCalls(1);
    const bulk = await untilEnded(id);
    assert.deepEqual(outcomesOf(bulk), { [mendable]: 'done', [hopeless]: 'failedAgain' });
    const failed = bulk.calls.find(({ callSid }) => callSid === hopeless);
    assert.equal(failed?.code, 'MODEL_CREDENTIALS_REFUSED');
    assert.deepEqual(
      [bulk.reason, bulk.from, bulk.filter],
      ['key renewed', null, { status: 'FAILED' }],
    );
    for (const callSid of [mendable, hopeless]) assert.equal(await timesBegun(callSid), 1);
    assert.equal(await timesBegun(later[0] ?? ''), 0);

    const { body } = await service.request('GET', `/calls/${mendable}/log`);
    assert.match(JSON.stringify(body), /requested: key renewed/);
    await service.client.workflow.getHandle(`bulk-reprocess-${id}`).result();
    await untilEnded(await start({ filter: {}, ratePerSecond: 50 }));
  });

  it('keeps its rate, and begins no call after it was stopped', async () => {
    const calls = await parkedCalls(4);
    const startedAt = performance.now();
    const id = await start({ filter: {}, ratePerSecond: 0.5 });
    await waitFor('the second call to be told', async () => {
      const { counts } = await read(id);
      return counts.done >= 2;
    });
    assert.ok(performance.now() - startedAt >= 2_000, 'two seconds lie between two calls');
    const { status, body } = await service.request('DELETE', `/reprocesses/${id}`);
    assert.equal(status, 200);
    assert.notEqual(body['stoppedAt'], null);
    const { counts } = await untilEnded(id);
    assert.ok(counts.stopped >= 1, JSON.stringify(counts));
    await service.client.workflow.getHandle(`bulk-reprocess-${id}`).result();
    const begun = await Promise.all(calls.map(timesBegun));
    assert.equal(begun.filter((times) => times === 1).length, counts.done);
    assert.equal(begun.filter((times) => times === 0).length, counts.stopped);
    assert.equal((await read(id)).counts.stopped, counts.stopped);
    await untilEnded(await start({ filter: {}, ratePerSecond: 50 }));
  });

  it('begins no call that somebody else has reprocessed: it counts as mended, or as failed again', async () => {
    const parked = await parkedCalls(2);
    const [hopeless = ''] = await parkedCalls(1, 2);
    const id = await start({ filter: {}, ratePerSecond: 0.3, from: 'transcribeRecording' });
    const [first = '', second = '', last = ''] = (await read(id)).calls.map(
      ({ callSid }) => callSid,
    );
    assert.deepEqual([new Set([first, second]), last], [new Set(parked), hopeless]);
    for (const callSid of [second, last]) {
      await service.request('POST', `/calls/${callSid}/reprocess`);
    }
    const bulk = await untilEnded(id);
    assert.deepEqual(outcomesOf(bulk), {
      [first]: 'done',
      [second]: 'mended',
      [last]: 'failedAgain',
    });
    const operations = await service.sandbox.operations();
    const timesTranscribed = (callSid: string) =>
      operations.filter((one) => one.callSid === callSid).length;
    assert.deepEqual([first, second, last].map(timesTranscribed), [2, 1, 1]);
    assert.deepEqual(await Promise.all([second, last].map(timesBegun)), [1, 1]);
    await untilEnded(await start({ filter: {}, ratePerSecond: 50 }));
  });

  it('begins cancelled calls again, and on request COMPLETED ones, at what the dry run said', async () => {
    const { callSid } = await startCall(service, { faults: [MODEL_REFUSES] });
    await untilStatus(service, callSid, 'FAILED');
    const handle = service.client.workflow.getHandle(callSid);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    const id = await start({ filter: { failureCode: 'CANCELLED' }, ratePerSecond: 50 });
    assert.deepEqual(outcomesOf(await untilEnded(id)), { [callSid]: 'done' });

    const { body } = await service.request('GET', `/calls/${callSid}`);
    const from = String(body['startTime']);
    const filter = { status: 'COMPLETED', from, companyMatch: 'MATCHED' };
    const dry = await post({ filter, dryRun: true });
    assert.deepEqual(dry.body['calls'], [callSid]);
    const before = await usageOf(callSid);
    const again = await start({ filter, ratePerSecond: 50 });
    assert.deepEqual(outcomesOf(await untilEnded(again)), { [callSid]: 'done' });
    const after = await usageOf(callSid);
    const cost = dry.body['cost'] as Record<string, number>;
    assert.deepEqual(
      [cost['speechSeconds'], cost['inputTokens'], cost['outputTokens'], cost['unknownCalls']],
      [...after.map((used, index) => used - (before[index] ?? 0)), 0],
    );
    assert.equal(await timesBegun(callSid), 2);
  });

  async function usageOf(callSid: string): Promise<number[]> {
    const { body } = await service.request('GET', `/calls/${callSid}`);
    const cost = body['cost'] as Record<string, number>;
    return ['speechSeconds', 'inputTokens', 'outputTokens'].map((field) => cost[field] ?? 0);
  }

  it('means the calls that fulfil every condition, and none without one', async () => {
    const mean = async (filter: unknown) => {
      const { status, body } = await post({ filter, dryRun: true });
      assert.equal(status, 200, JSON.stringify(body));
      return body['count'];
    };
    const { callSid } = await startCall(service);
    const call = await untilStatus(service, callSid, 'COMPLETED');
    const { category, priority, sentiment } = call['analysis'] as Record<string, string>;
    const startedAt = Date.parse(String(call['startTime']));
    const { connectwiseId } = call['company'] as { connectwiseId: string };
    const all = {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      company: connectwiseId,
      companyMatch: 'MATCHED',
      category,
      priority,
      sentiment,
      from: call['startTime'],
    };
    assert.equal(await mean(all), 1);
    for (const other of [
      { outcome: 'NO_SPEECH' },
      { company: '1' },
      { companyMatch: 'UNKNOWN' },
      { category: CATEGORIES.find((each) => each !== category) },
      { priority: PRIORITIES.find((each) => each !== priority) },
      { sentiment: SENTIMENTS.find((each) => each !== sentiment) },
      { from: new Date(startedAt - 1), to: new Date(startedAt) },
      { failedStep: 'matchCompany' },
      { failureCode: 'TIMEOUT' },
    ]) {
      assert.equal(await mean({ ...all, ...other }), 0, JSON.stringify(other));
    }
    assert.equal(await mean({ failureCode: 'TIMEOUT' }), 0);
    const id = await start({ filter: { failureCode: 'TIMEOUT' } });
    assert.equal((await untilEnded(id)).count, 0);
  });

  it('refuses what it does not understand', async () => {
    for (const body of [
      {},
      { filter: { status: 'PROCESSING' } },
      { filter: { colour: 'red' } },
      { filter: {}, from: 'openCall' },
      { filter: {}, ratePerSecond: 0 },
      { filter: {}, reason: 'call 020 7946 0101 back' },
      { filter: { from: 'yesterday' } },
      { filter: { from: '0000-01-01T00:00:00Z' }, dryRun: true },
      { filter: { to: '9999-12-31T23:59:59-01:00' }, dryRun: true },
    ]) {
      assert.equal((await post(body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await service.request('GET', `/reprocesses/${NOBODY}`)).status, 404);
    assert.equal((await service.request('DELETE', `/reprocesses/${NOBODY}`)).status, 404);
    assert.equal((await service.request('GET', '/reprocesses/1')).status, 400);
  });
});
