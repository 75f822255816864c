// Every limit refuses what goes beyond it, says which limit that is and when to ask again, and leaves everybody else
// alone.
import assert from 'node:assert/strict';

import { makeKey, type TestKey } from '../support/api-keys.ts';
import { logRowsOf } from '../support/calls.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import type { Recording } from '../support/recordings.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

const one = makeKey('one', 'calls:read', 'calls:start', 'calls:reprocess');
const sister = makeKey('one', 'calls:read');
const other = makeKey('other', 'calls:read', 'calls:start', 'calls:reprocess');
const API_KEYS = [one, sister, other].map(({ entry }) => entry).join();

type Answer = {
  readonly status: number;
  readonly retryAfter: number;
  readonly code: string;
  readonly detail: string;
};

async function ask(
  url: string,
  {
    path,
    key,
    method = 'GET',
    body,
    headers = {},
  }: {
    readonly path: string;
    readonly key?: TestKey;
    readonly method?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${key.key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { code = '', detail = '' } = (await response.json()) as Partial<Answer>;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return { status: response.status, retryAfter, code, detail };
}

function assertLimited(answer: Answer, name: string, within: number): void {
  assert.deepEqual([answer.status, answer.code], [429, 'LIMIT_REACHED'], answer.detail);
  assert.match(answer.detail, new RegExp(`^The limit ${name} is reached: `));
  assert.ok(answer.retryAfter >= 1 && answer.retryAfter <= within, String(answer.retryAfter));
}

describe('limits on requests', () => {
  let testDatabase: TestDatabase;
  const gateways: OwnGateway[] = [];

  before(async () => {
    testDatabase = await createTestDatabase();
  });
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.remove();
  });
  after(() => testDatabase.drop());

  async function start(env: Readonly<Record<string, string>>): Promise<OwnGateway> {
    const gateway = await startOwnGateway(testDatabase.url, { API_KEYS, ...env });
    gateways.push(gateway);
    return gateway;
  }

  const wrong: TestKey = { key: 'msp_wrong', entry: '' };

  it('hold back an address that tries keys out, and nobody who has one', async () => {
    const { url } = await start({ FAILED_KEYS_PER_MINUTE: '3' });
    for (const key of [wrong, undefined, wrong]) {
      const tried = key === undefined ? {} : { key };
      assert.equal((await ask(url, { path: '/nowhere', ...tried })).status, 401);
    }
    // What it claims to be forwarded for is not believed.
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    for (const more of [{}, { headers }]) {
      const answer = await ask(url, { path: '/nowhere', key: wrong, ...more });
      assertLimited(answer, 'FAILED_KEYS_PER_MINUTE', 60);
    }
    assert.equal((await ask(url, { path: '/nowhere', key: one })).status, 404);
    assert.equal((await ask(url, { path: '/healthz' })).status, 200);
  });

  it('tell addresses apart behind a proxy that is trusted, and an IPv6 network from another', async () => {
    const { url } = await start({ FAILED_KEYS_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.0/8, ::1' });
    const from = async (address: string) =>
      (await ask(url, { path: '/nowhere', headers: { 'x-forwarded-for': address } })).status;
    const asked = [
      ['203.0.113.7', 401],
      ['203.0.113.8', 401],
      ['203.0.113.7', 429],
      // Only the nearest address that is not a trusted one counts: the client may write more in front.
      ['198.51.100.1, 203.0.113.8', 429],
      ['2001:db8:0:1::1', 401],
      ['2001:db8:0:1::2', 429],
      ['2001:db8:0:2::1', 401],
    ] as const;
    for (const [address, status] of asked) assert.equal(await from(address), status, address);
  });

  it('hold back a key that asks too often, with all its versions, and no other', async () => {
    const { url } = await start({ REQUESTS_PER_MINUTE: '4' });
    const statuses: number[] = [];
    for (const key of [one, sister, one, sister]) {
      statuses.push((await ask(url, { path: '/nowhere', key })).status);
    }
    assert.deepEqual(statuses, [404, 404, 404, 404]);
    for (const key of [one, sister]) {
      assertLimited(await ask(url, { path: '/nowhere', key }), 'REQUESTS_PER_MINUTE', 60);
    }
    assert.equal((await ask(url, { path: '/nowhere', key: other })).status, 404);
  });

  it('do not exist where they are 0', async () => {
    const { url } = await start({ FAILED_KEYS_PER_MINUTE: '0', REQUESTS_PER_MINUTE: '0' });
    for (let asked = 0; asked < 700; asked += 1) {
      const key = asked % 2 === 0 ? one : wrong;
      const { status } = await ask(url, { path: '/nowhere', key });
      assert.equal(status, key === one ? 404 : 401);
    }
  });

  it('shed requests while the process is too busy, but not those for its health', async () => {
    const gateway = await start({ EVENT_LOOP_DELAY_MAX_MS: '100' });
    const { url } = gateway;
    const untilServed = () =>
      waitFor('an answer', async () => {
        const { status } = await ask(url, { path: '/nowhere', key: one });
        return status === 404;
      });
    // It is busy while it starts.
    await untilServed();
    await waitFor('a request to be shed', async () => {
      gateway.process.freeze();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      gateway.process.thaw();
      const deadline = performance.now() + 1_500;
      while (performance.now() < deadline) {
        const answer = await ask(url, { path: '/nowhere', key: one });
        if (answer.status === 503) {
          assert.equal(answer.code, 'GATEWAY_OVERLOADED');
          assert.ok(answer.retryAfter >= 1);
          return true;
        }
      }
      return false;
    });
    assert.equal((await ask(url, { path: '/healthz' })).status, 200);
    await untilServed();
  });
});

describe('limits on work', () => {
  let service: Service;
  /** Limits what may be paid again, and not what is open. */
  let second: OwnGateway;

  before(async () => {
    const paid = { PAID_REPROCESSES_PER_CALL_AND_DAY: '2' };
    service = await startService({ workers: 0, env: { API_KEYS, OPEN_RUNS_PER_KEY: '2' } });
    const env = { API_KEYS, TEMPORAL_ADDRESS: service.temporal.address, ...paid };
    second = await startOwnGateway(service.databaseUrl, env);
  });
  after(async () => {
    await second.remove();
    await service.stop();
  });

  const submit = (key: TestKey, recording: Recording, url = service.gatewayUrl) => {
    const { callSid, recordgroup, recordid } = recording;
    return ask(url, {
      method: 'POST',
      path: '/calls',
      key,
      body: { callRecordingId: callSid, recordgroup, recordid },
    });
  };
  const reprocess = (key: TestKey, callSid: string, body: unknown = {}) =>
    ask(second.url, { method: 'POST', path: `/calls/${callSid}/reprocess`, key, body });
  const untilLogged = (callSid: string, event: string, count: number) =>
    waitFor(`${count} times ${event}`, async () => {
      const rows = await logRowsOf(service, callSid);
      return rows.filter((row) => row.event === event).length === count;
    });
  const untilListed = (query: string, count: number) =>
    waitFor(`${count} runs with ${query}`, async () => {
      const listed = await service.client.workflow.count(query);
      return listed.count === count;
    });

  it('let a key have only so many open runs, however many it starts at once, and parked ones do not count', async () => {
    const recordings = await Promise.all(
      Array.from({ length: 12 }, () =>
        service.addRecording({ faults: [{ system: 'languageModel', action: { status: 401 } }] }),
      ),
    );
    const answers = await Promise.all(recordings.map((recording) => submit(one, recording)));
    const begun = recordings.filter((_, index) => answers[index]?.status === 202);
    const refused = recordings.filter((_, index) => answers[index]?.status === 429);
    assert.deepEqual([begun.length, refused.length], [2, 10]);
    for (const answer of answers.filter(({ status }) => status === 429)) {
      assertLimited(answer, 'OPEN_RUNS_PER_KEY', 60);
    }
    const [known, next, third] = [begun[0], refused[0], refused[1]];
    assert.ok(known !== undefined && next !== undefined && third !== undefined);
    // Asking again for a call that runs begins no run.
    assert.equal((await submit(one, known)).status, 200);
    assert.equal((await submit(other, next)).status, 202);

    // By now only Temporal counts them.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    assertLimited(await submit(one, third), 'OPEN_RUNS_PER_KEY', 60);

    await service.startWorker();
    await untilListed('StartedBy = "one" AND CallStatus = "FAILED"', 2);
    assert.equal((await submit(one, third)).status, 202);
  });

  it('let a call be reprocessed only so often a day where that may pay again, also by requests at once', async () => {
    const key = other;
    const recording = await service.addRecording();
    const untouched = await service.addRecording();
    for (const each of [recording, untouched])
      assert.equal((await submit(key, each, second.url)).status, 202);
    for (const { callSid } of [recording, untouched])
      await untilLogged(callSid, 'JOB_COMPLETED', 1);
    const { callSid } = recording;

    assert.equal((await reprocess(key, callSid)).status, 202);
    await untilLogged(callSid, 'JOB_COMPLETED', 2);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => reprocess(key, callSid, { from: 'matchCompany' })),
    );
    const taken = answers.filter(({ status }) => status === 202).length;
    assert.equal(taken, 1);
    await untilLogged(callSid, 'JOB_COMPLETED', 3);
    const last = await reprocess(one, callSid);
    assertLimited(last, 'PAID_REPROCESSES_PER_CALL_AND_DAY', 86_400);
    assert.equal((await reprocess(key, untouched.callSid)).status, 202);
    await untilLogged(untouched.callSid, 'JOB_COMPLETED', 2);
  });

  it('do not count a retry of a step that costs nothing', async () => {
    const recording = await service.addRecording({
      faults: [{ system: 'connectwise', times: 3, action: { status: 401 } }],
    });
    const { callSid } = recording;
    assert.equal((await submit(other, recording, second.url)).status, 202);
    for (let time = 1; time <= 3; time += 1) {
      await untilLogged(callSid, 'JOB_FAILED', time);
      assert.equal((await reprocess(other, callSid)).status, 202, `time ${time}`);
    }
    await untilLogged(callSid, 'JOB_COMPLETED', 1);
  });
});
