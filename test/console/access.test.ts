// Pages show and do what the key of whoever opens them allows, and take no form but their own.
import assert from 'node:assert/strict';

import { dispatcher, lead, startKeyedGateway, starter } from './keyed-gateway.ts';
import { createReader, locationOf, tokenOf } from './session-client.ts';

describe('access to the console', () => {
  let gateway: Awaited<ReturnType<typeof startKeyedGateway>>;
  let reader: ReturnType<typeof createReader>;

  before(async () => {
    gateway = await startKeyedGateway();
    reader = createReader(gateway.url);
    await reader.signIn(lead.key);
  });
  after(() => gateway.stop());

  it('leads whoever is not signed in to the page for it, and from there to where they wanted to be', async () => {
    const stranger = createReader(gateway.url);
    const asked = await stranger.open('/console/calls/1.1?x=1');
    assert.equal(asked.status, 303);
    const signIn = locationOf(asked) ?? '';
    assert.equal(signIn, '/console/sign-in?next=%2fconsole%2fcalls%2f1.1%3fx%3d1');
    const page = await stranger.open('/console/sign-in?next=%2Fconsole%2Fcalls%2F1.1%3Fx%3D1');
    assert.match(page.body, /name="next" value="\/console\/calls\/1\.1\?x=1"/);
    const done = await stranger.submit('/console/sign-in', {
      key: ` ${lead.key}\n`,
      next: '/console/calls/1.1?x=1',
    });
    assert.equal(locationOf(done), '/console/calls/1.1?x=1');
    const lured = await stranger.submit('/console/sign-in', {
      key: lead.key,
      next: '//evil.example/console',
    });
    assert.equal(locationOf(lured), '/console');
  });

  it('says that a key is not accepted, and shows nothing else', async () => {
    const reply = await createReader(gateway.url).submit('/console/sign-in', { key: 'msp_wrong' });
    assert.equal(reply.status, 401);
    assert.match(reply.body, /role="alert"[^>]*>This key is not accepted\./);
    assert.ok(!reply.body.includes('msp_wrong'));
    assert.doesNotMatch(reply.head, /set-cookie/);
  });

  it('asks a browser that follows a link of another site once more, since it keeps the cookie back', async () => {
    const reply = await createReader(gateway.url).open(
      '/console/calls/1.1',
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Mode: navigate',
      'Sec-Fetch-Dest: document',
    );
    assert.equal(reply.status, 200);
    assert.match(reply.body, /<meta http-equiv="refresh" content="0"/);
  });

  it('signs out only by the form of its own pages', async () => {
    const page = await reader.open('/console');
    assert.equal((await reader.submit('/console/sign-out', { token: 'guessed' })).status, 403);
    const foreign = await reader.submit(
      '/console/sign-out',
      { token: tokenOf(page) },
      'Sec-Fetch-Site: cross-site',
    );
    assert.equal(foreign.status, 403);
    const out = await reader.submit('/console/sign-out', { token: tokenOf(page) });
    assert.equal(locationOf(out), '/console/sign-in');
    assert.match(out.head, /set-cookie: __host-console=; max-age=0/);
  });

  it('offers whoever may only read no button that changes a call, and takes nothing from them', async () => {
    const other = createReader(gateway.url);
    await other.signIn(dispatcher.key);
    const page = await other.open('/console/calls/1.2');
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.body, /\/reprocess"/);
    assert.doesNotMatch((await other.open('/console')).body, /\/reprocess"/);
    const tried = await other.submit('/console/calls/1.2/reprocess', { token: tokenOf(page) });
    assert.equal(tried.status, 403);
    assert.match(tried.body, /lacks the scope calls:reprocess/);
  });

  it('offers no reprocess of a group to whoever may only read', async () => {
    const other = createReader(gateway.url);
    await other.signIn(dispatcher.key);
    const { body } = await other.open('/console/failures');
    assert.match(body, /The language model refused the key/);
    assert.doesNotMatch(body, /\/console\/failures\/reprocess/);
    const forced = await other.open('/console/failures/reprocess?failedStep=openCall');
    assert.equal(forced.status, 403);
  });

  it('tells a key that may not read calls so', async () => {
    const other = createReader(gateway.url);
    await other.signIn(starter.key);
    const page = await other.open('/console');
    assert.equal(page.status, 403);
    assert.match(page.body, /lacks the scope calls:read/);
  });

  it('takes no form of another page, and none without its token', async () => {
    const token = tokenOf(await reader.open('/console/calls/1.2'));
    const path = '/console/calls/1.2/reprocess';
    const foreign = await reader.submit(path, { token }, 'Origin: http://evil.example');
    assert.equal(foreign.status, 403);
    assert.equal((await reader.submit(path, {})).status, 403);
    // Let in, and then Temporal is away.
    const taken = await reader.submit(path, { token });
    assert.equal(taken.status, 503);
    assert.match(taken.body, /role="alert"/);
  });
});
