// Where the user's gateway asks for keys, the local run has one of its own, and the user's go on working.
import assert from 'node:assert/strict';

import { makeGatewayKey } from '../../local/gateway-key.ts';
import { createGatewayClient } from '../../local/samples/gateway-client.ts';
import { toLocalSettings } from '../../local/settings.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { addLongTranscript } from '../api/long-answer.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';

describe('npm start with API_KEYS', () => {
  it('has a key that the gateway accepts beside those of the user', async () => {
    const own = makeKey('own', 'calls:read');
    const made = makeGatewayKey({ API_KEYS: own.entry });
    assert.ok(made !== null);
    const testDatabase = await createTestDatabase();
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    const gateway = await startOwnGateway(testDatabase.url, { API_KEYS: made.apiKeys });
    try {
      await addLongTranscript(database, '1.1');
      for (const key of [made.key, own.key]) {
        assert.deepEqual(await createGatewayClient(gateway.url, key).readLog('1.1'), []);
      }
      await assert.rejects(createGatewayClient(gateway.url).readLog('1.1'), /answered 401/);
    } finally {
      await gateway.remove();
      await database.close();
      await testDatabase.drop();
    }
  });

  it('has none where the user has none', () => {
    for (const env of [{}, { API_KEYS: '' }, { API_KEYS: ' ' }]) {
      assert.equal(makeGatewayKey(env), null);
    }
  });

  it('asks a gateway that listens everywhere at this machine, whose name it serves', () => {
    for (const [HOST, host] of [
      ['0.0.0.0', '127.0.0.1'],
      ['::', '[::1]'],
      ['::1', '[::1]'],
      ['192.0.2.1', '192.0.2.1'],
    ] as const) {
      assert.equal(toLocalSettings({ HOST }).gatewayHost, host);
    }
  });
});
