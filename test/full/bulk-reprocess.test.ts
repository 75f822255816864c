// Guarantees that two operators who reprocess the same fifty calls at once, while a worker and the gateway are killed, pay for nothing twice, and that each of them gets counts that add up.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkReply } from '../../src/api/bulk-schemas.ts';
import { startCalls } from '../support/calls.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { askGateway, type Reply } from '../support/rig.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Three causes; the last ones fail a second time.
const CAUSES = [
  { count: 20, fault: { system: 'connectwise', action: { status: 403 } } },
  {
    count: 15,
    fault: {
      system: 'speech',
      operation: 'BatchRecognize',
      action: { status: 'INVALID_ARGUMENT' },
    },
  },
  { count: 11, fault: { system: 'languageModel', action: { status: 401 } } },
  { count: 4, fault: { system: 'languageModel', times: 2, action: { status: 401 } } },
];
const CALLS = 50;
const MENDED = 5;
const FAIL_AGAIN = 4;

// A lost attempt is noticed after 30 seconds without a heartbeat, and only then repeated.
const ENDS_WITHIN_MS = 240_000;

describe('two reprocesses of the same many calls', () => {
  let service: Service;
  let gateway: OwnGateway;
  const replies: Reply[] = [];

  before(async () => {
    service = await startService({ workers: 0 });
    gateway = await startGateway();
  });
  after(async () => {
    await gateway.remove();
    await service.stop();
  });

  const startGateway = () =>
    startOwnGateway(service.databaseUrl, { TEMPORAL_ADDRESS: service.temporal.address });

  async function ask(...parameters: Parameters<Service['request']>): Promise<Reply> {
    const reply = await askGateway(gateway.url, ...parameters);
    replies.push(reply);
    return reply;
  }

  async function read(id: string): Promise<BulkReply> {
    const { body } = await ask('GET', `/reprocesses/${id}`);
    return body as unknown as BulkReply;
  }

  const countOf = ({ calls }: BulkReply, outcome: string) =>
    calls.filter((call) => call.outcome === outcome).length;

  it('begin each call once, and count each of them once, while a worker and the gateway are killed', async function () {
    this.timeout(2 * ENDS_WITHIN_MS);
    const { prisma } = service.database;
    const worker = await service.startWorker();
    for (const { count, fault } of CAUSES) await startCalls(service, count, { faults: [fault] });
    await waitFor(
      'all calls to be parked',
      async () => (await prisma.call.count({ where: { callStatus: 'FAILED' } })) === CALLS,
      ENDS_WITHIN_MS,
    );

    const order = { filter: {}, ratePerSecond: 4 };
    const [one, other] = await Promise.all([
      ask('POST', '/reprocesses', { ...order, reason: 'the first operator' }),
      ask('POST', '/reprocesses', { ...order, reason: 'the second operator' }),
    ]);
    assert.deepEqual([one.status, other.status], [202, 202]);
    const ids = [String(one.body['id']), String(other.body['id'])];
    // The last calls of the list are still to come: those that do not fail again are mended by hand.
    const { calls } = await read(ids[0] ?? '');
    const twice = await prisma.call.findMany({
      where: { failedStep: 'matchCompany' },
      select: { callSid: true },
    });
    const mended = calls
      .map(({ callSid }) => callSid)
      .filter((callSid) => twice.some((call) => call.callSid === callSid))
      .slice(-MENDED);
    for (const callSid of mended) {
      const { status } = await ask('POST', `/calls/${callSid}/reprocess`, { reason: 'by hand' });
      assert.ok(status === 202 || status === 409, String(status));
    }

    await sleep(2_000);
    await Promise.all([worker.kill(), gateway.process.kill()]);
    await gateway.remove();
    const [next] = await Promise.all([startGateway(), service.startWorker()]);
    gateway = next;

    const bulks = await Promise.all(
      ids.map((id) =>
        waitFor(
          'a bulk reprocess to end',
          async () => {
            const bulk = await read(id);
            const sum = Object.values(bulk.counts).reduce((left, right) => left + right, 0);
            assert.equal(sum, CALLS);
            return bulk.counts.toDo === 0 ? bulk : null;
          },
          ENDS_WITHIN_MS,
        ),
      ),
    );

    for (const bulk of bulks) {
      assert.equal(bulk.calls.length, CALLS);
      assert.equal(bulk.counts.stopped, 0);
      assert.equal(bulk.counts.failedAgain, FAIL_AGAIN);
      for (const outcome of ['done', 'failedAgain', 'mended'] as const) {
        assert.equal(bulk.counts[outcome], countOf(bulk, outcome));
      }
      for (const { callSid, outcome } of bulk.calls) {
        if (mended.includes(callSid)) assert.equal(outcome, 'mended', callSid);
      }
    }
    const done = bulks.reduce((sum, { counts }) => sum + counts.done, 0);
    assert.equal(done, CALLS - MENDED - FAIL_AGAIN, 'each call is done by one of the two');

    await judgePayments();
    assert.deepEqual(
      replies.filter(({ status }) => status >= 500).map(({ status, body }) => [status, body]),
      [],
    );
    for (const id of ids) {
      await service.client.workflow.getHandle(`bulk-reprocess-${id}`).result();
    }
  });

  /** Each call was told once, and nothing of it was paid for twice. */
  async function judgePayments(): Promise<void> {
    const { prisma } = service.database;
    const hits = await service.sandbox.hitsByCall();
    const operations = await service.sandbox.operations();
    const calls = await prisma.call.findMany({
      include: { logs: true, analyses: true, attempts: true },
    });
    assert.equal(calls.length, CALLS);
    for (const { callSid, logs, analyses, attempts, callStatus } of calls) {
      const eventsOf = (event: string) => logs.filter((row) => row.event === event).length;
      assert.equal(eventsOf('REPROCESS_REQUESTED'), 1, callSid);
      assert.equal(operations.filter((one) => one.callSid === callSid).length, 1, callSid);
      assert.equal(analyses.length, callStatus === 'COMPLETED' ? 1 : 0, callSid);
      // Refused requests cost nothing; what an attempt may have paid that was killed is noted.
      const refused = logs.filter(({ code }) => code === 'MODEL_CREDENTIALS_REFUSED');
      const asked = hits[callSid]?.['languageModel.chat.completions'] ?? 0;
      const paid = asked - refused.filter(({ event }) => event === 'ANALYSIS_FAILED').length;
      assert.ok(paid <= analyses.length + attempts.length, `${callSid} was paid ${paid} times`);
    }
  }
});
