// Guarantees what a walk through the companies and their sites requests from ConnectWise, and how it handles odd answers.
import assert from 'node:assert/strict';

import { assertFails, createConnectWiseRig } from './support.ts';
import { sendJson } from '../../support/http-server.ts';

const { signal } = new AbortController();
const rig = createConnectWiseRig();

describe('the ConnectWise client on a walk', () => {
  afterEach(() => rig.close());

  it('requests the companies after the last one, in order of ID and without deleted ones', async () => {
    const client = await rig.clientOf((_, response) =>
      sendJson(response, [{ id: 251, name: 'One', country: { name: 'Ireland' } }]),
    );
    const page = await client.listCompaniesAfter('250', 50, signal);
    const { pathname, searchParams } = new URL(rig.sent(0).url, 'http://localhost');
    assert.match(pathname, /\/company\/companies$/);
    assert.equal(searchParams.get('conditions'), 'id > 250 and deletedFlag=false');
    assert.equal(searchParams.get('orderBy'), 'id');
    assert.equal(searchParams.get('pageSize'), '50');
    assert.deepEqual(
      page.map(({ id, countryName }) => [id, countryName]),
      [['251', 'Ireland']],
    );
    assert.equal(rig.requests().length, 1);
  });

  it('removes characters that the database refuses from a name', async () => {
    const client = await rig.clientOf((_, response) =>
      sendJson(response, [{ id: 251, name: 'One\u0000Two\ud83d!' }]),
    );
    const page = await client.listCompaniesAfter('250', 50, signal);
    assert.deepEqual(
      page.map(({ name }) => name),
      ['One Two !'],
    );
  });

  it("reads every page of a company's active sites", async () => {
    const client = await rig.clientOf(({ pathname, searchParams }, response) => {
      assert.match(pathname, /\/company\/companies\/250\/sites$/);
      assert.equal(searchParams.get('conditions'), 'inactiveFlag=false');
      const page = Number(searchParams.get('page'));
      const link = page < 3 ? '<x>; rel="next"' : '<x>; rel="first"';
      sendJson(response, [{ id: page, phoneNumber: `no. ${page}`, country: null }], 200, { link });
    });
    assert.deepEqual(
      (await client.listSites('250', signal))?.map(({ phoneNumber }) => phoneNumber),
      ['no. 1', 'no. 2', 'no. 3'],
    );
  });

  it('treats a 404 for sites as a deleted company only if the company is not listed', async () => {
    for (const [listed, expected] of [
      [[], null],
      [[{ id: 250, name: 'Deleted', deletedFlag: true }], null],
      [[{ id: 250, name: 'Still there' }], 'CONNECTWISE_CREDENTIALS_REFUSED'],
      [404, 'CONNECTWISE_CREDENTIALS_REFUSED'],
      [503, 'CONNECTWISE_UNAVAILABLE'],
    ] as const) {
      const client = await rig.clientOf(({ pathname, searchParams }, response) => {
        if (pathname.endsWith('/sites')) return sendJson(response, {}, 404);
        assert.equal(searchParams.get('conditions'), 'id=250');
        return typeof listed === 'number'
          ? sendJson(response, {}, listed)
          : sendJson(response, listed);
      });
      const sites = client.listSites('250', signal);
      if (expected === null) assert.equal(await sites, null);
      else await assertFails(sites, expected);
    }
  });

  it('applies the timeout to each request, and not to the wait for its turn', async () => {
    // At 600 a minute a walk sends three requests in 0.6 s, so the fourth waits longer than the timeout.
    const client = await rig.clientOf((_, response) => sendJson(response, []), {
      requestsPerMinute: 600,
      timeoutMs: 250,
    });
    for (let request = 0; request < 4; request += 1) {
      await client.listCompaniesAfter('0', 50, signal);
    }
    const slow = await rig.clientOf(() => undefined, { timeoutMs: 100 });
    await assertFails(slow.listSites('250', signal), 'CONNECTWISE_UNAVAILABLE');
  });

  it('stops waiting for its turn when it is aborted', async () => {
    const client = await rig.clientOf((_, response) => sendJson(response, []), {
      requestsPerMinute: 1,
    });
    const controller = new AbortController();
    for (let request = 0; request < 3; request += 1) {
      await client.listCompaniesAfter('0', 50, controller.signal);
    }
    const waiting = client.listCompaniesAfter('0', 50, controller.signal);
    controller.abort(new Error('aborted by the test'));
    await assert.rejects(waiting);
    assert.equal(rig.requests().length, 3);
  });
});
