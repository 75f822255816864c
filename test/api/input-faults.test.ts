// A refused request says what is wrong with it in the words of the documentation, whichever schema refused it.
import assert from 'node:assert/strict';

import { buildTestApi, type TestApi } from '../support/in-process-api.ts';

describe('a request that is not as it should be', () => {
  let api: TestApi;

  let gateway: string;

  before(async () => {
    api = buildTestApi();
    gateway = await api.app.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => api.close());

  const POST = 'POST /calls';
  const CALL = { callRecordingId: '1.1', recordgroup: '1', recordid: '1' };
  const CASES: readonly (readonly [string, unknown, string])[] = [
    ['GET /failures?x=1', undefined, 'querystring has x, but takes nothing.'],
    [POST, { ...CALL, x: 1, y: 2 }, 'body has x, y, which is not taken here.'],
    [POST, [], 'body must be of the type object.'],
    ['POST /reprocesses', {}, 'body.filter is missing.'],
    [
      'POST /reprocesses',
      { filter: {}, ratePerSecond: 500 },
      'body.ratePerSecond must be at most 50.',
    ],
    [
      'POST /reprocesses',
      { filter: {}, ratePerSecond: 0 },
      'body.ratePerSecond must be at least 0.01.',
    ],
    ['POST /reprocesses', { filter: { company: '' } }, 'body.filter.company must not be empty.'],
    [
      'POST /reprocesses',
      { filter: { outcome: 'x' } },
      'body.filter.outcome must be one of ANALYZED, NO_SPEECH.',
    ],
    [
      'POST /reprocesses',
      { filter: { from: '2026-11-30T00:00:00Z', to: '2026-11-30T00:00:00Z' } },
      'body.filter.to must be later than from.',
    ],
    [
      'POST /reprocesses',
      { filter: {}, dryRun: 'yes' },
      'body.dryRun must be of the type boolean.',
    ],
  ];
  for (const [line, body, detail] of CASES) {
    it(`is told: ${detail} (${line})`, async () => {
      const [method = '', url = ''] = line.split(' ');
      const reply = await fetch(`${gateway}${url}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      assert.equal(reply.status, 400);
      assert.equal(((await reply.json()) as { detail: string }).detail, detail);
    });
  }
});
