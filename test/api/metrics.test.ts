// /metrics counts what the gateway did, for those who may see it, without a label that could grow without bound or tell of
// anybody; docs/operations.md lists exactly what is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw } from '../support/raw-request.ts';
import { waitFor } from '../support/wait-for.ts';

const admin = makeKey('monitor', 'admin');
const reader = makeKey('console', 'calls:read');

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** Name, type and labels of each metric, as the page's table has them. */
const documented = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) +\|/gm)].map(
  ([, name, type, labels = '']) => [name, type, labels.replaceAll(/[`,]/g, '').trim()],
);

describe('/metrics', () => {
  let testDatabase: TestDatabase;
  let gateway: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    gateway = await startOwnGateway(testDatabase.url, {
      API_KEYS: [admin, reader].map(({ entry }) => entry).join(),
      REQUESTS_PER_MINUTE: '8',
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
    const text = await read();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    assert.deepEqual(new Map(documented.map(([name, type]) => [name, type])), types);
    for (const [name = '', , labels] of documented) {
      const series = [...text.matchAll(new RegExp(`^${name}(?:_count)?\\{(.*?)\\} `, 'gm'))];
      for (const [, pairs = ''] of series) {
        const names = [...pairs.matchAll(/(\w+)="/g)].map(([, label]) => label);
        assert.equal(names.filter((label) => label !== 'le').join(' '), labels, name);
      }
    }
  });
});
