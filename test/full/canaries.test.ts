// What is said on the phone, who says it, what outside systems answer, what people ask for and what secrets they ask with
// stays in the database and the bucket: no log, no history, no metric and no answer to a stranger holds any of it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

import type { Canary } from '../faults/harness/canaries.ts';
import { makeKey } from '../support/api-keys.ts';
import { untilStatus } from '../support/conditions.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { askRaw } from '../support/raw-request.ts';
import { SPEAKER, SPOKEN_WORD, type Recording } from '../support/recordings.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { CARRIED, REASON_CANARIES, REASONS, secretsOf } from './canaries/canaries.ts';
import { textsOfRuns } from './canaries/histories.ts';

const operator = makeKey('operator', 'calls:read', 'calls:start', 'calls:reprocess', 'admin');
const HOOK_SECRET = `whsec_${Buffer.from('a secret of a hook, for canaries').toString('base64')}`;

const TRANSCRIPT = `My name is ${CARRIED.spokenName}, call ${CARRIED.spokenNumber} or ${CARRIED.arabicNumber} or ${CARRIED.hindiNumber}, this is Ms ${SPEAKER} about the ${SPOKEN_WORD}.`;

/** Where a reason has to be, because the run is told it: the docs say so. */
const HOLDS_REASONS =
  /^(?:workflowExecutionSignaled|workflowExecutionStarted|workflowExecutionContinuedAsNew|activityTaskScheduled)\w* of CallProcessing/;

describe('what must stay where it belongs', () => {
  let service: Service;
  let gateway: OwnGateway;
  let worker: OwnProcess;
  const toStrangers: { readonly where: string; readonly text: string }[] = [];

  before(async () => {
    service = await startService({ workers: 0 });
    [worker, gateway] = await Promise.all([
      service.startWorker({ env: { LOG_LEVEL: 'debug' } }),
      startOwnGateway(service.databaseUrl, {
        TEMPORAL_ADDRESS: service.temporal.address,
        API_KEYS: operator.entry,
        HOOK_SECRET,
        RECORDINGS_BUCKET: 'call-archive',
        STORAGE_API_ENDPOINT: service.addresses.storageApiEndpoint,
        LOG_LEVEL: 'debug',
      }),
    ]);
    await useEverything();
  });
  after(async () => {
    await gateway?.remove();
    await service?.stop();
  });

  async function ask(line: string, body?: unknown, key: string | null = operator.key) {
    const reply = await askRaw(
      gateway.port,
      [
        `${line} HTTP/1.1`,
        'Host: localhost',
        ...(key === null ? [] : [`Authorization: Bearer ${key}`]),
        ...(body === undefined ? [] : ['Content-Type: application/json']),
      ],
      body === undefined ? '' : JSON.stringify(body),
    );
    if (key !== operator.key) {
      toStrangers.push({
        where: `the answer to ${line.slice(0, 30)}`,
        text: reply.head + reply.body,
      });
    }
    return reply;
  }

  let calls = 0;

  /** A call whose systems answer with these faults, submitted by the hook. */
  async function start(faults: readonly unknown[] = []): Promise<Recording> {
    // The sandbox tells calls apart by their words.
    calls += 1;
    const transcript = `Case ${'abcdefgh'[calls]} of it. ${TRANSCRIPT}`;
    const recording = await service.addRecording({ transcript, faults });
    const { callSid: uniqueid, recordgroup, recordid } = recording;
    const delivery = { uniqueid, recordgroup, recordid, caller: CARRIED.hookField };
    const { status } = await ask(`POST /hooks/phone-system/${HOOK_SECRET}`, delivery, null);
    assert.equal(status, 202);
    return recording;
  }

  const untilTimes = (callSid: string, event: string, times: number) =>
    waitFor(`${times} times ${event}`, async () => {
      const { body } = await service.request('GET', `/calls/${callSid}/log`);
      const entries = (body['entries'] ?? []) as { readonly event: string }[];
      return entries.filter((entry) => entry.event === event).length >= times;
    });

  const failure = (system: keyof (typeof CARRIED)['bodyOf'], status: number, times: number) => ({
    system,
    times,
    action: { status, body: JSON.stringify({ error: { message: CARRIED.bodyOf[system] } }) },
  });

  /** Success, each kind of failure, every way to reprocess, listings, receipts and refusals. */
  async function useEverything(): Promise<void> {
    const [good, byModel, byDirectory, byPhone, byBulk] = await Promise.all([
      start([
        failure('phoneSystem', 500, 1),
        failure('storage', 503, 1),
        failure('connectwise', 500, 1),
      ]),
      start([failure('languageModel', 401, 2)]),
      start([failure('connectwise', 401, 1)]),
      start([failure('phoneSystem', 401, 1)]),
      start([failure('languageModel', 401, 1)]),
    ]);
    assert.ok(good && byModel && byDirectory && byPhone && byBulk);
    await untilStatus(service, good.callSid, 'COMPLETED');
    for (const { callSid } of [byModel, byDirectory, byPhone, byBulk]) {
      await untilTimes(callSid, 'JOB_FAILED', 1);
    }

    const signal = { reason: REASONS.signal };
    await service.client.workflow.getHandle(byModel.callSid).signal('reprocess', signal);
    await untilTimes(byModel.callSid, 'JOB_FAILED', 2);
    const asked = { reason: REASONS.http };
    for (const { callSid } of [byModel, byDirectory]) {
      assert.equal((await ask(`POST /calls/${callSid}/reprocess`, asked)).status, 202);
      await untilStatus(service, callSid, 'COMPLETED');
    }
    const again = { ...asked, from: 'transcribeRecording' };
    assert.equal((await ask(`POST /calls/${good.callSid}/reprocess`, again)).status, 202);
    const many = { filter: {}, reason: REASONS.bulk, ratePerSecond: 50 };
    const dry = await ask('POST /reprocesses', { ...many, dryRun: true });
    assert.equal(dry.status, 200);
    const bulk = await ask('POST /reprocesses', many);
    assert.equal(bulk.status, 202);
    const { id } = JSON.parse(bulk.body) as { id: string };
    for (const { callSid } of [byPhone, byBulk, good])
      await untilStatus(service, callSid, 'COMPLETED');
    await service.client.workflow.getHandle(`bulk-reprocess-${id}`).result();

    for (const path of [
      ...['', '/log', '/transcript', '/transcripts', '/analyses', '/reprocess', '/recording'].map(
        (part) => `/calls/${good.callSid}${part}`,
      ),
      ...['/calls', '/failures', '/statistics', `/reprocesses/${id}`],
      `/calls?q=${encodeURIComponent(CARRIED.search)}`,
      `/calls?q=${encodeURIComponent(CARRIED.arabicNumber)}&limit=1`,
      `/calls?company=${encodeURIComponent(CARRIED.refusedFilter)}&status=${CARRIED.refusedFilter}`,
      `/companies/${encodeURIComponent(CARRIED.refusedFilter)}/calls`,
      `/calls/${encodeURIComponent(CARRIED.spokenNumber)}`,
    ]) {
      const { status } = await ask(`GET ${path}`);
      assert.ok(status < 500, `${path}: ${status}`);
    }
    for (const [line, body] of [
      [`POST /calls/${good.callSid}/reprocess`, { reason: CARRIED.refusedReason }],
      ['POST /reprocesses', { filter: {}, reason: CARRIED.refusedReason }],
      ['POST /reprocesses', { filter: { colour: CARRIED.refusedFilter } }],
      ['POST /calls', { callRecordingId: CARRIED.hookField, recordgroup: '1', recordid: '1' }],
    ] as const) {
      assert.equal((await ask(line, body)).status, 400, line);
      await ask(line, body, null);
      await ask(line, body, CARRIED.guessedKey);
    }
    await ask(`POST /hooks/phone-system/${CARRIED.guessedKey}`, { uniqueid: '1.1' }, null);
    await ask(`POST /hooks/phone-system/${HOOK_SECRET}`, { uniqueid: CARRIED.hookField }, null);
    await ask(`GET /calls?q=${encodeURIComponent(CARRIED.search)}`, undefined, CARRIED.guessedKey);
    for (const path of ['/healthz', '/readyz', '/openapi.json', `/${CARRIED.refusedFilter}`]) {
      await ask(`GET ${path}`, undefined, null);
    }
  }

  it('stands in no log, however much is logged', () => {
    const logs = [
      { where: 'the log of the gateway', text: gateway.process.output() },
      { where: 'the log of the worker', text: worker.output() },
    ];
    for (const { text } of logs) assert.match(text, /"severity":"INFO"/);
    assertFree(logs, [...secrets(), ...REASON_CANARIES]);
  });

  it('stands in no answer to a stranger, and in no metric', async () => {
    const metrics = await ask('GET /metrics');
    assert.match(metrics.body, /gateway_requests_refused_total\{cause="key"\}/);
    const texts = [...toStrangers, { where: 'the metrics', text: metrics.body }];
    assertFree(texts, [...secrets(), ...REASON_CANARIES]);
  });

  it('stands in no history, memo, attribute or heartbeat; a reason only where a run is told it', async () => {
    const texts = await textsOfRuns(service.client);
    assert.ok(texts.some(({ where }) => where.includes('BulkReprocessWorkflow')));
    assertFree(texts, secrets());
    const told = texts.filter(({ where }) => HOLDS_REASONS.test(where));
    for (const { name, pattern } of REASON_CANARIES) {
      assert.ok(
        told.some(({ text }) => pattern.test(text)),
        `${name} is looked for as it is written`,
      );
    }
    assertFree(
      texts.filter(({ where }) => !HOLDS_REASONS.test(where)),
      REASON_CANARIES,
    );
  });

  it("stands nowhere in Temporal's own database", async () => {
    await service.temporal.stop();
    const texts = globSync(`${service.temporal.databaseFile}*`).map((file) => ({
      where: file,
      text: readFileSync(file, 'latin1'),
    }));
    assert.ok(
      texts.some(({ text }) => text.includes(REASONS.signal)),
      'the file can be searched',
    );
    assertFree(texts, secrets());
  });

  const secrets = () => secretsOf(service, { keys: [operator], hookSecret: HOOK_SECRET });

  function assertFree(
    texts: readonly { readonly where: string; readonly text: string }[],
    canaries: readonly Canary[],
  ): void {
    const found = texts.flatMap(({ where, text }) =>
      canaries.flatMap(({ name, pattern }) => {
        const at = text.search(pattern);
        return at === -1
          ? []
          : [`${where} holds ${name}, after ${text.slice(Math.max(0, at - 80), at)}`];
      }),
    );
    assert.deepEqual(found, []);
  }
});
