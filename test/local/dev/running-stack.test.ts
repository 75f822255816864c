// npm run dev takes only an npm start that leaves it the worker and the gateway, and says what to do otherwise.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findRunningStack } from '../../../local/dev/running-stack.ts';
import { createRunRecord } from '../../../local/run-record.ts';

const ADDRESSES = {
  databaseUrl: 'postgresql://call@127.0.0.1:15532/calls',
  temporal: { address: '127.0.0.1:7333', uiUrl: 'http://127.0.0.1:8333' },
  sandbox: null,
  whisper: null,
};

describe('npm run dev, looking for npm start', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dev-test-'));
    env = { LOCAL_DATA_FOLDER: folder };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes what a run of this process would, with parts of these names. */
  function write(
    addresses: Parameters<ReturnType<typeof createRunRecord>['write']>[0]['addresses'],
    names: readonly string[] = [],
  ) {
    const parts = names.map((name) => ({ name, pid: process.pid }));
    createRunRecord(folder).write({ gatewayUrl: 'http://127.0.0.1:3100', parts, addresses });
  }

  const refusal = (pattern: RegExp) => () =>
    assert.throws(() => findRunningStack(env), { name: 'LocalRunError', message: pattern });

  it('says how to start one when there is none', () => {
    refusal(/No npm start is running here.*"npm start -- --without-service"/)();
  });

  it('takes one that was killed for none', () => {
    write(ADDRESSES);
    const path = join(folder, 'run.json');
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    refusal(/No npm start is running here/)();
    // The same process number, given to another process since.
    createRunRecord(folder);
    writeFileSync(path, text.replace(/"identity": ".*"/, '"identity": "another boot/1"'));
    refusal(/No npm start is running here/)();
  });

  for (const name of ['worker', 'gateway']) {
    it(`refuses one that has a ${name} of its own`, () => {
      write(ADDRESSES, ['PostgreSQL server', name]);
      refusal(/has a worker and a gateway of its own.*"npm start -- --without-service"/)();
    });
  }

  it('refuses one that is not ready', () => {
    write(null, ['PostgreSQL server']);
    refusal(/not ready yet/)();
  });

  it('takes the addresses and the port of the run, whatever the own offset', () => {
    write(ADDRESSES, ['PostgreSQL server']);
    env['LOCAL_PORT_OFFSET'] = '500';
    const found = findRunningStack(env);
    assert.equal(found.gatewayUrl, 'http://127.0.0.1:3100');
    assert.equal(found.env['PORT'], '3100');
    assert.equal(found.env['DATABASE_URL'], ADDRESSES.databaseUrl);
    assert.equal(found.env['TEMPORAL_ADDRESS'], ADDRESSES.temporal.address);
  });

  it('asks for a database and a Temporal of the own that the run was given', () => {
    write({ ...ADDRESSES, databaseUrl: null });
    refusal(/set the same for npm run dev/)();
    env['DATABASE_URL'] = 'postgresql://other/calls';
    assert.equal(findRunningStack(env).env['DATABASE_URL'], 'postgresql://other/calls');

    write({ ...ADDRESSES, databaseUrl: null, temporal: null });
    refusal(/set the same TEMPORAL_\*/)();
    env['TEMPORAL_ADDRESS'] = 'other:7233';
    assert.equal(findRunningStack(env).env['TEMPORAL_ADDRESS'], 'other:7233');
  });
});
