// Whatever arrives at the gateway, its answer is one that the document has, and tells nothing of its insides. The
// gateway is a process of its own with a real database, a real Temporal server and a worker beside the sandbox.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { addListedCall } from '../api/listed-calls.ts';
import { makeKey } from '../support/api-keys.ts';
import { untilCompleted } from '../support/conditions.ts';
import { routesOf, type OpenApiDocument } from '../support/openapi.ts';
import { startService, type Service } from '../support/service.ts';
import { createJudge } from './fuzz/judge.ts';
import { rawShapesOf } from './fuzz/raw-shapes.ts';
import { requestsOf, type FuzzRequest, type Surroundings } from './fuzz/requests.ts';
import { sendRaw } from './fuzz/send-raw.ts';
import { createSender, forEachAtOnce } from './fuzz/send.ts';

const REQUESTS = 5_000;
const RAW = 1_000;

// As many as a busy client has open, and no more than make the machine the bottleneck.
const AT_ONCE = 16;

// Another seed asks other questions; the failure names the one that it comes from.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_130);

const all = makeKey('all', 'calls:read', 'calls:start', 'calls:reprocess', 'admin');
const some = [makeKey('reader', 'calls:read'), makeKey('starter', 'calls:start')];
const HOOK_SECRET = `whsec_${randomBytes(24).toString('hex')}`;

describe('the gateway, whatever is sent to it', function () {
  this.timeout(1_500_000);

  const stack = new AsyncDisposableStack();
  let service: Service;
  let sender: ReturnType<typeof createSender>;
  let document: OpenApiDocument;
  let judge: ReturnType<typeof createJudge>;
  let known: Surroundings['known'];

  before(async () => {
    service = await startService({
      env: {
        API_KEYS: [all, ...some].map(({ entry }) => entry).join(),
        HOOK_SECRET,
        // All requests come from one address, and with one key.
        FAILED_KEYS_PER_MINUTE: '0',
        REQUESTS_PER_MINUTE: '0',
        OPEN_RUNS_PER_KEY: '0',
      },
    });
    stack.defer(() => service.stop());
    sender = createSender(service.gatewayUrl);
    stack.defer(() => sender.close());
    document = JSON.parse((await ask('GET', '/openapi.json')).body) as OpenApiDocument;
    judge = createJudge(document, [
      ...[all, ...some].map(({ key }) => key),
      HOOK_SECRET,
      service.databaseUrl,
    ]);
    known = await makeKnown();
  });
  after(() => stack.disposeAsync());

  function ask(method: string, target: string, body?: unknown) {
    return sender.send({
      method,
      target,
      headers: {
        authorization: `Bearer ${all.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
    });
  }

  /** Calls in several states, and a reprocess of many. */
  async function makeKnown(): Promise<Surroundings['known']> {
    const listed = ['1001.1', '1002.1', '1003.1'];
    const company = { connectwiseId: '250', name: 'Brightwater Dental' };
    for (const callSid of listed) {
      await addListedCall(service.database, { callSid, startTime: new Date(), company });
    }
    const { callSid, recordgroup, recordid } = await service.addRecording();
    const submit = (key: object) => ask('POST', '/calls', key);
    assert.equal((await submit({ callRecordingId: callSid, recordgroup, recordid })).status, 202);
    // The phone system has no such recording.
    await submit({ callRecordingId: '1004.1', recordgroup: '404', recordid: '404' });
    await untilCompleted(service, callSid);
    const { body } = await ask('POST', '/reprocesses', { filter: { company: '404' } });
    const { id } = JSON.parse(body) as { id: string };
    return {
      callSid: [...listed, callSid, '1004.1', '1005.1'],
      connectwiseId: ['250', '0'],
      id: [id],
    };
  }

  function sign(id: string, body: Buffer): Readonly<Record<string, string>> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(HOOK_SECRET.slice('whsec_'.length), 'base64');
    const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${hmac.digest('base64')}`,
    };
  }

  it(`answers ${REQUESTS} requests built from its document as the document says`, async () => {
    const surroundings: Surroundings = {
      keys: { all: all.key, some: some.map(({ key }) => key) },
      hookSecret: HOOK_SECRET,
      known,
    };
    const requests = fc.sample(requestsOf(document, surroundings), { seed, numRuns: REQUESTS });
    const failures: string[] = [];
    await forEachAtOnce(requests, AT_ONCE, async (request, index) => {
      const signed =
        request.signWith === null ? {} : sign(request.signWith, request.body ?? NOTHING);
      try {
        const reply = await sender.send({ ...request, headers: { ...signed, ...request.headers } });
        try {
          judge.judge(request, reply);
        } catch (error) {
          failures.push(tell(index, request, `${reply.status} ${reply.body}`, error));
        }
      } catch (error) {
        failures.push(tell(index, request, 'no answer', error));
      }
    });
    assert.equal(failures.length, 0, summary(failures));
    // Nobody makes up a key that is right.
    const signIn = { method: 'POST', target: '/session', isValid: true };
    judge.judge(signIn, await ask('POST', '/session', { key: all.key }));
    // Every route was asked well enough to answer, and badly enough to refuse.
    for (const { operation } of routesOf(document)) {
      const statuses = [...(judge.seen.get(operation.operationId) ?? [])];
      assert.ok(
        statuses.some((status) => status < 300),
        `${operation.operationId}: ${statuses.join()}`,
      );
      assert.ok(
        statuses.some((status) => status >= 400),
        `${operation.operationId}: ${statuses.join()}`,
      );
    }
  });

  it(`answers what no client would send, on ${RAW} connections, with a problem or not at all`, async () => {
    const port = Number(new URL(service.gatewayUrl).port);
    const shapes = fc.sample(rawShapesOf(some[1]?.key ?? ''), { seed, numRuns: RAW });
    const failures: string[] = [];
    const statuses = new Set<number>();
    await forEachAtOnce(shapes, AT_ONCE, async (shape, index) => {
      try {
        const replies = await sendRaw(port, shape);
        for (const reply of replies) {
          judge.judgeAny(reply);
          statuses.add(reply.status);
          assert.ok(reply.status < 500, String(reply.status));
        }
        if (shape.isRefused)
          assert.deepEqual(
            replies.map(({ status }) => status),
            [400],
          );
      } catch (error) {
        const sent = JSON.stringify(shape.pieces.join('').slice(0, 300));
        failures.push(`#${index} ${shape.name}: ${sent}\n    ${String(error)}`);
      }
    });
    assert.equal(failures.length, 0, summary(failures));
    for (const status of [200, 400, 413, 431]) assert.ok(statuses.has(status), String(status));
    assert.equal((await ask('GET', '/healthz')).status, 200);
  });
});

const NOTHING = Buffer.alloc(0);

function tell(
  index: number,
  { method, target, headers, body, isValid }: FuzzRequest,
  answer: string,
  error: unknown,
): string {
  const request = JSON.stringify({ isValid, headers, body: body?.toString().slice(0, 300) });
  return `#${index} ${method} ${target.slice(0, 300)} ${request}\n  → ${answer.slice(0, 500)}\n    ${String(error)}`;
}

// More would say the same again.
const TOLD = 15;

function summary(failures: readonly string[]): string {
  return `${failures.length} failed with FUZZ_SEED=${seed}:\n${failures.slice(0, TOLD).join('\n')}`;
}
