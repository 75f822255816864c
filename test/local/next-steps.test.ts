// What npm start prints can be used as it is.
import assert from 'node:assert/strict';

import { nextSteps } from '../../local/output/next-steps.ts';

describe('what npm start prints at its end', () => {
  it('names the console and the list of failed calls by their addresses, and no password of a database of the user', () => {
    const text = nextSteps(
      {
        gatewayUrl: 'http://127.0.0.1:3000',
        databaseUrl: 'postgresql://me:secret@127.0.0.1:5432/calls',
        temporal: { address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233' },
        sandbox: null,
        whisper: null,
      },
      {
        withoutService: false,
        databaseUrl: 'postgresql://me:secret@127.0.0.1:5432/calls',
        env: {},
      },
    );
    assert.match(text, /^ +Console +http:\/\/127\.0\.0\.1:3000\/console\b/m);
    const address = /Failed +(\S+)/.exec(text)?.[1] ?? '';
    const { pathname, searchParams } = new URL(address);
    assert.equal(pathname, '/namespaces/default/workflows');
    assert.equal(searchParams.get('query'), 'CallStatus="FAILED"');
    assert.doesNotMatch(text, /secret/);
  });
});
