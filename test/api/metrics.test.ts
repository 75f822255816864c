// /metrics counts what the gateway did, for those who may see it, without a label that could grow without bound or tell of
// anybody; docs/operations.md lists exactly what is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runOn } from '../../prisma/engine/create-database.ts';
import { createTally } from '../../src/activities/tally.ts';
import { createWorkerMetrics } from '../../src/api/metrics/worker-metrics.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';

const admin = makeKey('monitor', 'admin');
const reader = makeKey('console', 'calls:read');

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** Name, type and labels of each metric, as the tables have them that stand under these headings. */
const documentedOf = (...headings: string[]) =>
  headings.flatMap((heading) => {
    const [, section = ''] = page.split(`### ${heading}\n`);
    const [table = ''] = section.split('\n### ');
    return [...table.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) +\|/gm)].map(
      ([, name = '', type = '', labels = '']) =>
        [name, type, labels.replaceAll(/[`,]/g, '').trim()] as const,
    );
  });

/** That a text has the documented metrics, with their types and labels, and no other. */
function assertDocumented(text: string, documented: ReturnType<typeof documentedOf>): void {
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  assert.deepEqual(new Map(documented.map(([name, type]) => [name, type])), types);
  for (const [name, , labels] of documented) {
    const series = [...text.matchAll(new RegExp(`^${name}(?:_count)?\\{(.*?)\\} `, 'gm'))];
    for (const [, pairs = ''] of series) {
      const names = [...pairs.matchAll(/(\w+)="/g)].map(([, label]) => label);
      assert.equal(names.filter((label) => label !== 'le').join(' '), labels, name);
    }
  }
}

describe('/metrics', () => {
  let testDatabase: TestDatabase;
  let gateway: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    gateway = await startOwnGateway(testDatabase.url, {
      API_KEYS: [admin, reader].map(({ entry }) => entry).join(),
      REQUESTS_PER_MINUTE: '8',
      SPEECH_PRICE_PER_MINUTE: '0.02',
      LLM_PRICE_PER_MILLION_INPUT_TOKENS: '3',
      LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '4',
      DAILY_BUDGET: '12.5',
      PRICE_CURRENCY: 'EUR',
    });
  });
  after(async () => {
    await gateway.remove();
    await testDatabase.drop();
  });

  const ask = (line: string, ...headers: string[]) =>
    askRaw(gateway.port, [`${line} HTTP/1.1`, ...headers]);
  const bearer = ({ key }: { readonly key: string }) => `Authorization: Bearer ${key}`;
  const read = async () => {
    // By the address of the machine, as a collector asks.
    const reply = await ask('GET /metrics', 'Host: 10.0.0.7:3000', bearer(admin));
    assert.equal(reply.status, 200, reply.body);
    assert.match(reply.head, /content-type: text\/plain; version=0\.0\.4/);
    return reply.body;
  };
  const valueOf = (text: string, series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    );

  it('counts requests by route, refusals by cause and dependencies, by labels that are bounded', async () => {
    const canaries = ['1744271354.99', '442079460101', 'marmalade', 'PROPFIND'];
    await ask(`GET /calls/${canaries[0]}`, 'Host: localhost', bearer(reader));
    await ask(`GET /calls?q=${canaries[2]}`, 'Host: localhost', bearer(reader));
    await ask(`GET /nowhere/${canaries[1]}`, 'Host: localhost', bearer(reader));
    await ask(`${canaries[3]} /calls`, 'Host: localhost', bearer(reader));
    await ask('GET /calls', 'Host: localhost');
    await ask('POST /calls', 'Host: localhost', bearer(reader));
    await ask('GET /calls', 'Host: evil.example', bearer(reader));
    await ask('GET /calls', 'Host: localhost', 'Origin: https://evil.example', bearer(reader));
    await ask('POST /hooks/phone-system/guess', 'Host: localhost');
    for (let asked = 0; asked < 8; asked += 1)
      await ask('GET /nowhere', 'Host: localhost', bearer(reader));

    await waitFor('the database to be found ready', async () =>
      gateway.process.output().includes('database: ok.'),
    );
    const text = await read();
    assert.equal(valueOf(text, 'gateway_dependency_ready{dependency="database"}'), 1);
    const counted = (labels: string) =>
      valueOf(text, `gateway_request_duration_seconds_count{${labels}}`);
    assert.equal(counted('method="GET",route="/calls",status="200"'), 1);
    assert.equal(counted('method="GET",route="/calls",status="401"'), 1);
    assert.equal(counted('method="GET",route="/calls",status="421"'), 1);
    assert.equal(counted('method="GET",route="/calls",status="403"'), 1);
    assert.ok(counted('method="GET",route="none",status="404"') >= 1);
    for (const cause of ['key', 'scope', 'host', 'origin', 'hook', 'REQUESTS_PER_MINUTE']) {
      assert.ok(valueOf(text, `gateway_requests_refused_total{cause="${cause}"}`) >= 1, cause);
    }
    assert.equal(valueOf(text, 'gateway_dependency_ready{dependency="temporal"}'), 0);
    for (const canary of [...canaries, admin.key, 'evil.example', '127.0.0.1', 'guess']) {
      assert.ok(!text.includes(canary), canary);
    }
  });

  it('needs the scope admin', async () => {
    assert.equal((await ask('GET /metrics', 'Host: localhost')).status, 401);
    const other = await ask('GET /metrics', 'Host: localhost', bearer(reader));
    assert.ok([403, 429].includes(other.status), String(other.status));
    assert.doesNotMatch(other.body, /gateway_/);
  });

  it('has the metrics that docs/operations.md lists, with these types and labels, and no other', async () => {
    assertDocumented(await read(), documentedOf('Of a gateway', 'Of both'));
  });

  it('tells what today has cost and what is parked, and nothing of a Temporal that is away', async () => {
    await runOn(testDatabase.url, (client) =>
      client.query(
        `INSERT INTO "Spending" ("speechSeconds", "unknownBills", "inputTokens", "outputTokens") VALUES (90, 1, 2000000, 500000)`,
      ),
    );
    const text = await waitFor('the numbers to be read anew', async () => {
      const answer = await read();
      return valueOf(answer, 'calls_today_speech_seconds') === 90 && answer;
    });
    assert.equal(valueOf(text, 'calls_today_speech_unknown'), 1);
    assert.equal(valueOf(text, 'calls_today_tokens{kind="input"}'), 2_000_000);
    assert.equal(valueOf(text, 'calls_today_cost{currency="EUR",of="speech"}'), 0.03);
    assert.equal(valueOf(text, 'calls_today_cost{currency="EUR",of="analysis"}'), 8);
    assert.equal(valueOf(text, 'calls_daily_budget{currency="EUR"}'), 12.5);
    assert.equal(valueOf(text, 'calls_parked'), 0);
    assert.equal(valueOf(text, 'calls_parked_oldest_age_seconds'), 0);
    assert.doesNotMatch(text, /^task_queue_backlog/m);
  });
});

describe('the metrics of a worker', () => {
  it('are those that docs/operations.md lists, before those of the SDK, and without these if it does not answer', async () => {
    let ofSdk: string | null = 'temporal_request_total 1\n';
    const { registry, metrics } = createWorkerMetrics({
      readiness: {
        read: () => [{ name: 'database', state: 'ok', reason: null, since: new Date() }],
      },
      database: { connections: () => ({ used: 1, idle: 0, waited: 0 }) },
      readSdkMetrics: async () => ofSdk,
    });
    const tally = createTally(registry);
    tally.noted('analyzeTranscript', 'ANALYSIS_SAVED', null);
    tally.noted('matchCompany', 'JOB_FAILED', 'CONNECTWISE_UNAVAILABLE');
    tally.attemptFailed('matchCompany', 'CONNECTWISE_UNAVAILABLE');
    tally.stepDone('openCall', 0.2);
    const text = await metrics();
    assert.match(text, /^worker_temporal_metrics_read 1$/m);
    assert.match(text, /^temporal_request_total 1$/m);
    assertDocumented(text, documentedOf('Of a worker', 'Of both'));
    ofSdk = null;
    assert.match(await metrics(), /^worker_temporal_metrics_read 0$/m);
    assertDocumented(await metrics(), documentedOf('Of a worker', 'Of both'));
  });
});
