import assert from 'node:assert/strict';

import { freePort, isFree } from '../../../local/process/ports.ts';

// A server that is killed and restarted must not find its port taken by an outgoing connection.

// The first port that Linux uses for outgoing connections; other systems start higher.
const EPHEMERAL_FROM = 32_768;

describe('a free port', () => {
  it('is never one that the system uses for outgoing connections', async () => {
    // If the system chose the ports, at least one of fifty would almost certainly be too high.
    for (let count = 0; count < 50; count += 1) {
      const port = await freePort();
      assert.ok(port >= 1_024 && port < EPHEMERAL_FROM, `${port}`);
      assert.ok(await isFree(port), `${port}`);
    }
  });
});
