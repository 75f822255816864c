import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { CallStatus } from '../../src/domain/call.ts';
import { eventsOf, startCall, submit } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { lastWordsOf } from '../support/own-process.ts';
import { startService, type Service } from '../support/service.ts';

// The gateway starts a call once, says plainly what is wrong, and stays up when other systems are down.

const VALID = { callRecordingId: '1.1', recordgroup: '1', recordid: '1' };

describe('the gateway', () => {
  let service: Service;

  before(async () => {
    service = await startService({
      env: {
        SPEECH_PRICE_PER_MINUTE: '0.06',
        LLM_PRICE_PER_MILLION_INPUT_TOKENS: '1000',
        LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '2000',
        PRICE_CURRENCY: 'GBP',
      },
    });
  });
  after(() => service.stop());

  it('answers 202 when it starts a call, and 200 without starting anything when it is submitted again', async () => {
    const key = await service.addRecording();
    const first = await submit(service, key);
    assert.equal(first.status, 202);
    const { runId } = first.body;
    assert.deepEqual(first.body, {
      callSid: key.callSid,
      workflowId: key.callSid,
      runId,
      status: 'PROCESSING',
      links: {
        self: `/calls/${key.callSid}`,
        temporal: null,
        reprocess: `/calls/${key.callSid}/reprocess`,
      },
    });
    const second = await submit(service, key);
    assert.equal(second.status, 200);
    assert.equal(second.body['runId'], runId);

    await service.client.workflow.getHandle(key.callSid).result();
    const third = await submit(service, key);
    assert.equal(third.status, 200);
    assert.deepEqual([third.body['runId'], third.body['status']], [runId, 'COMPLETED']);
    assert.ok(!(await eventsOf(service, key.callSid)).includes('SKIPPED'));
  });

  it('answers 202 to exactly one of many concurrent submissions', async () => {
    const key = await service.addRecording();
    const replies = await Promise.all(Array.from({ length: 50 }, () => submit(service, key)));
    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b);
    assert.deepEqual(statuses, [...Array.from({ length: 49 }, () => 200), 202]);
    const runs = new Set(replies.map(({ body }) => body['runId']));
    assert.equal(runs.size, 1);
    await untilStatus(service, key.callSid, 'COMPLETED');
    const { prisma } = service.database;
    assert.equal(await prisma.call.count({ where: { callSid: key.callSid } }), 1);
  });

  it('reports a parked call as FAILED when it is submitted again', async () => {
    const key = await service.addRecording({
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await submit(service, key);
    await untilStatus(service, key.callSid, 'FAILED');
    const again = await submit(service, key);
    assert.deepEqual([again.status, again.body['status']], [200, 'FAILED']);
  });

  it('refuses another recordgroup for an open or COMPLETED call, and accepts it after a cancel', async () => {
    const { callSid, ...key } = await service.addRecording({
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    const other = { callSid, ...key, recordgroup: '101' };
    const handle = service.client.workflow.getHandle(callSid);
    await submit(service, { callSid, ...key });
    await untilStatus(service, callSid, 'FAILED');
    const refused = await submit(service, other);
    assert.equal(refused.status, 409);
    assert.match(String(refused.body['detail']), new RegExp(`^The call ${callSid} is known with`));
    const remedy = String(refused.body['remedy']);
    assert.match(remedy, /npm run temporal -- workflow cancel -w <callSid>\)/);
    assert.match(remedy, /wait until it has closed/);

    await handle.cancel();
    await handle.result().catch(() => undefined);
    assert.equal((await submit(service, other)).status, 202);
    await untilStatus(service, callSid, 'COMPLETED');
    await handle.result();
    assert.equal((await submit(service, { callSid, ...key })).status, 409);
    assert.equal((await submit(service, other)).status, 200);

    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 1, 'the new run reuses what is stored');
  });

  it('stores a recordgroup and recordid sent as JSON numbers as text', async () => {
    const key = await service.addRecording({});
    const reply = await service.request('POST', '/calls', {
      callRecordingId: key.callSid,
      recordgroup: Number(key.recordgroup),
      recordid: Number(key.recordid),
    });
    assert.equal(reply.status, 202);
    assert.equal((await submit(service, key)).status, 200);
    await untilStatus(service, key.callSid, 'COMPLETED');
  });

  const BAD_BODIES: readonly (readonly [string, unknown])[] = [
    ['no body', undefined],
    ['a missing field', { callRecordingId: '1.1', recordgroup: '1' }],
    ['an unknown field', { ...VALID, companyId: 7 }],
    ['a path in the callSid', { ...VALID, callRecordingId: '../../etc' }],
    ['two dots', { ...VALID, callRecordingId: '1..1' }],
    ['a NUL', { ...VALID, callRecordingId: '1\u0000' }],
    ['a callSid of 129 characters', { ...VALID, callRecordingId: 'a'.repeat(129) }],
    ['a number as callSid', { ...VALID, callRecordingId: 17 }],
    ['a fraction as recordid', { ...VALID, recordid: 1.5 }],
    ['a number beyond 2^53', { ...VALID, recordgroup: 2 ** 53 + 2 }],
    ['an array', [VALID]],
  ];
  for (const [what, body] of BAD_BODIES) {
    it(`answers 400 to ${what}, with a problem that says what is wrong`, async () => {
      const reply = await service.request('POST', '/calls', body);
      assert.equal(reply.status, 400);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.equal(reply.body['code'], 'INVALID_INPUT');
      assert.ok(String(reply.body['detail']).length > 10);
    });
  }

  it('answers 404 for an unknown call, and 400 for an invalid callSid', async () => {
    for (const path of ['/calls/7.7', '/calls/7.7/log', '/calls/7.7/transcript', '/nowhere']) {
      assert.equal((await service.request('GET', path)).status, 404, path);
    }
    assert.equal((await service.request('GET', '/calls/..%2Fx')).status, 400);
    assert.equal((await service.request('GET', '/calls/__proto__')).status, 400);
  });

  it('answers with a problem document even when the URL is refused before routing', async () => {
    for (const [path, status] of [
      ['/calls/%E4', 400],
      [`/calls/${'a'.repeat(400)}`, 414],
    ] as const) {
      const reply = await service.request('GET', path);
      assert.equal(reply.status, status);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.equal(reply.body['code'], 'INVALID_INPUT');
    }
  });

  it('names the content type it accepts when it receives another', async () => {
    const { gatewayUrl } = service;
    const reply = await fetch(`${gatewayUrl}/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: JSON.stringify(VALID),
    });
    assert.equal(reply.status, 415);
    assert.match(
      await reply.text(),
      /The body must be JSON, with content-type: application\/json\./,
    );
  });

  it('treats an empty body as no body, whatever its content type says', async () => {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const { gatewayUrl } = service;
    // A 404 means that the body was accepted and the call looked up.
    assert.equal((await fetch(`${gatewayUrl}/calls/7.7/reprocess`, sent)).status, 404);
    const submission = await fetch(`${gatewayUrl}/calls`, sent);
    assert.equal(submission.status, 400);
    assert.match(await submission.text(), /body/);
  });

  it('returns a transcript as text and segments, and 404 before there is one', async () => {
    const { callSid } = await startCall(service, { transcript: 'The printer is on fire.' });
    await untilStatus(service, callSid, 'COMPLETED');
    const { body } = await service.request('GET', `/calls/${callSid}/transcript`);
    assert.equal(body['text'], 'The printer is on fire.');
    assert.equal(body['languageCode'], 'en-GB');
    assert.ok(Array.isArray(body['segments']) && body['segments'].length > 0);

    const failing = await startCall(service, {
      faults: [
        { system: 'speech', operation: 'BatchRecognize', action: { status: 'INVALID_ARGUMENT' } },
      ],
    });
    await untilStatus(service, failing.callSid, 'FAILED');
    const none = await service.request('GET', `/calls/${failing.callSid}/transcript`);
    assert.equal(none.status, 404);
  });

  it('returns the transcript of a two-channel call as turns of its parties', async () => {
    const words = [
      { channel: 1, start: 0, end: 0.2, text: 'Hello?' },
      { channel: 2, start: 0.2, end: 0.4, text: 'Service' },
      { channel: 2, start: 0.4, end: 0.5, text: 'desk.' },
      { channel: 2, start: 1.5, end: 1.7, text: 'Yes?' },
      { channel: 1, start: 1.8, end: 2, text: 'No email.' },
    ];
    const generate = { kind: 'noise', seconds: 2, channels: 2 };
    const { callSid } = await startCall(service, {
      audio: { generate },
      transcript: undefined,
      words,
    });
    await untilStatus(service, callSid, 'COMPLETED');
    const { body } = await service.request('GET', `/calls/${callSid}/transcript`);
    assert.equal(body['text'], 'Caller: Hello?\nAgent: Service desk. Yes?\nCaller: No email.');
    const turns = body['turns'] as { speaker: string; startSeconds: number }[];
    assert.deepEqual(
      turns.map(({ speaker, startSeconds }) => [speaker, startSeconds]),
      [
        ['Caller', 0],
        ['Agent', 0.2],
        ['Caller', 1.8],
      ],
    );
    const segments = body['segments'] as { channel: number }[];
    assert.deepEqual(
      segments.map(({ channel }) => channel),
      [1, 2, 2, 1],
    );
    const { model, channels } = body['recognition'] as Record<string, unknown>;
    assert.deepEqual([model, channels], ['telephony', 'separate']);
  });

  it('shows what a call has used, and its cost at the configured prices', async () => {
    const { callSid } = await startCall(service);
    const { cost } = await untilStatus(service, callSid, 'COMPLETED');
    const { prisma } = service.database;
    const [analysis] = await prisma.callAnalysis.findMany({ where: { call: { callSid } } });
    const transcript = await prisma.transcript.findFirstOrThrow({ where: { call: { callSid } } });
    assert.ok(analysis !== undefined && analysis.inputTokens > 0);
    assert.ok(transcript.billedSeconds !== null && transcript.billedSeconds > 0);
    const { inputTokens, outputTokens } = analysis;
    const speechSeconds = transcript.billedSeconds;
    assert.deepEqual(cost, {
      currency: 'GBP',
      // 0.001 per second of speech and per input token, 0.002 per output token.
      speech: speechSeconds / 1000,
      analysis: (inputTokens + 2 * outputTokens) / 1000,
      total: (speechSeconds + inputTokens + 2 * outputTokens) / 1000,
      speechSeconds,
      inputTokens,
      outputTokens,
      estimated: false,
    });
  });

  it('shows NO_SPEECH as a completed call with an empty transcript and no analysis', async () => {
    const { callSid } = await startCall(service, { transcript: undefined, words: [] });
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.deepEqual([call['outcome'], call['analysis']], ['NO_SPEECH', null]);
    const { body } = await service.request('GET', `/calls/${callSid}/transcript`);
    assert.deepEqual([body['text'], body['segments']], ['', []]);
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['languageModel.chat.completions'], undefined);
  });
});

describe('the gateway without workers', () => {
  let service: Service;

  before(async () => {
    service = await startService({ workers: 0 });
  });
  after(() => service.stop());

  /** A call whose run is open, with the row that a worker would have created for it. */
  async function openedCall(callStatus: CallStatus): Promise<{ callSid: string; runId: string }> {
    const key = unregisteredKey();
    const { body } = await submit(service, key);
    const runId = String(body['runId']);
    await service.database.prisma.call.create({
      data: { ...key, callStatus, startTime: new Date(), runId, transition: 1 },
    });
    return { callSid: key.callSid, runId };
  }

  it('reports a call that no worker has opened yet as submitted', async () => {
    const key = unregisteredKey();
    assert.equal((await submit(service, key)).status, 202);
    for (const path of ['', '/log', '/transcript']) {
      const { status, body } = await service.request('GET', `/calls/${key.callSid}${path}`);
      assert.deepEqual([status, body['code']], [404, 'CALL_NOT_OPENED'], path);
      assert.match(String(body['detail']), /was submitted and no worker has opened it yet/);
    }
    const { status, body } = await service.request('POST', `/calls/${key.callSid}/reprocess`);
    assert.deepEqual([status, body['code']], [409, 'CALL_IN_PROGRESS']);
  });

  it('says that no worker answers when it needs one, and does not blame Temporal', async () => {
    const { callSid } = await openedCall('PROCESSING');
    const { status, body } = await service.request('POST', `/calls/${callSid}/reprocess`, {
      from: 'matchCompany',
    });
    assert.deepEqual([status, body['code']], [503, 'TEMPORAL_NO_WORKER']);
    assert.equal(body['detail'], 'Temporal answered, but no worker did.');
    assert.match(String(body['remedy']), /^Check that workers run/);
  });

  it('refuses to reprocess a COMPLETED call whose run stays open, and says so', async () => {
    const { callSid } = await openedCall('COMPLETED');
    const { status, body } = await service.request('POST', `/calls/${callSid}/reprocess`);
    assert.deepEqual([status, body['code']], [409, 'CALL_IN_PROGRESS']);
    assert.match(String(body['detail']), /is COMPLETED, but its run has not closed/);
  });

  it('reports a COMPLETED call that another run is working on as being processed', async () => {
    const { callSid } = await openedCall('COMPLETED');
    await service.database.prisma.call.update({
      where: { callSid },
      data: { runId: 'the run before' },
    });
    const { status, body } = await service.request('POST', `/calls/${callSid}/reprocess`);
    assert.deepEqual([status, body['code']], [409, 'CALL_IN_PROGRESS']);
    assert.match(String(body['detail']), /is being processed and no step of it has failed/);
  });

  it('waits for the run of a COMPLETED call to close, and then reprocesses it', async () => {
    const { callSid, runId } = await openedCall('COMPLETED');
    const asked = service.request('POST', `/calls/${callSid}/reprocess`);
    // Long enough for the gateway to have seen the open run.
    await sleep(500);
    await service.client.workflow.getHandle(callSid).terminate();
    const { status, body } = await asked;
    assert.equal(status, 202);
    assert.notEqual(body['runId'], runId);
  });
});

describe('the gateway without its dependencies', () => {
  it('starts calls while the database is down, and answers reads with 503', async () => {
    const service = await startService({
      workers: 0,
      env: { DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/nowhere' },
    });
    try {
      const key = unregisteredKey();
      const { callSid } = key;
      assert.equal((await submit(service, key)).status, 202);
      assert.equal((await submit(service, key)).status, 200);
      assert.equal((await submit(service, { ...key, recordid: '3' })).status, 409);
      const read = await service.request('GET', `/calls/${callSid}`);
      assert.equal(read.status, 503);
      assert.doesNotMatch(JSON.stringify(read.body), /secret|nobody/);
      // A failed read parks no run, so the remedy must not mention the signal.
      assert.equal(read.body['remedy'], 'Bring PostgreSQL back, then send the request again.');
    } finally {
      await service.stop();
    }
  });

  it('answers 503 with Retry-After while Temporal is down, and stays up', async () => {
    const service = await startService({ workers: 0 });
    try {
      await service.temporal.kill();
      const reply = await service.request('POST', '/calls', VALID);
      assert.equal(reply.status, 503);
      assert.equal(reply.headers.get('retry-after'), '5');
      assert.equal(reply.body['code'], 'TEMPORAL_UNAVAILABLE');
      // Only Temporal knows whether this is a call that no worker has opened yet.
      assert.equal((await service.request('GET', '/calls/1.1')).status, 503);
      assert.equal((await service.request('GET', '/healthz')).status, 200);
    } finally {
      await service.stop();
    }
  });

  it('refuses to listen where other machines could reach it, and reports all faults together', async () => {
    const env = { HOST: '0.0.0.0', PORT: 'http', DATABASE_URL: 'mysql://root:secret@db/x' };
    const words = await lastWordsOf('src/server.ts', env);
    assert.match(words, /HOST .*loopback/);
    assert.match(words, /PORT /);
    assert.match(words, /DATABASE_URL /);
    assert.doesNotMatch(words, /secret/);
  });
});

/** A call that is not registered with the phone system, since no worker will ask for it. */
function unregisteredKey() {
  const callSid = `1735700000.${randomInt(1_000_000)}`;
  return { callSid, recordgroup: '1', recordid: '2' };
}
