import assert from 'node:assert/strict';

import { freePort, isFree } from '../../../local/process/ports.ts';

// A server that is killed and comes back on its port must not find somebody's connection there.

// Where Linux begins with the ports of outgoing connections; other systems begin later.
const EPHEMERAL_FROM = 32_768;

describe('a free port', () => {
  it('is one that the system gives to no outgoing connection', async () => {
    // Of as many from the range of a system's own choice at least one would be beyond, as good as surely.
    for (let count = 0; count < 50; count += 1) {
      const port = await freePort();
      assert.ok(port >= 1_024 && port < EPHEMERAL_FROM, `${port}`);
      assert.ok(await isFree(port), `${port}`);
    }
  });
});
