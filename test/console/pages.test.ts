// Pages show what the API says to whoever opens them, as text, and work without JavaScript.
import assert from 'node:assert/strict';

import { dispatcher, lead, SHOWN, startKeyedGateway } from './keyed-gateway.ts';
import { createReader, locationOf } from './session-client.ts';

describe('the console', () => {
  let gateway: Awaited<ReturnType<typeof startKeyedGateway>>;
  let reader: ReturnType<typeof createReader>;

  before(async () => {
    gateway = await startKeyedGateway();
    reader = createReader(gateway.url);
    await reader.signIn(lead.key);
  });
  after(() => gateway.stop());

  for (const path of [
    '/console',
    '/console?q=scanner',
    '/console/calls/1.1',
    '/console/calls/1.2',
    '/console/sign-in?next=%2Fdocs',
    '/console?status=BROKEN',
    '/console/failures',
    '/console/overview',
    '/console/service',
    '/console/failures/reprocess?failureCode=MODEL_CREDENTIALS_REFUSED',
  ]) {
    it(`answers ${path} with a page that runs and loads nothing but what is served here`, async () => {
      const { head, body } = await reader.open(path);
      if (head.startsWith('http/1.1 303')) return assert.equal(path.includes('sign-in'), true);
      const policy = /content-security-policy: (.*)/.exec(head)?.[1] ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-[\w+/=]+'; /);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.match(head, /cache-control: no-store/);
      assert.match(head, /x-content-type-options: nosniff/);
      // Scripts and styles are files; attributes neither run nor style anything.
      assert.doesNotMatch(body, /<style|\sstyle=|<[^>]*\son\w+="|javascript:/);
      assert.deepEqual(body.match(/<script(?![^>]* src=)[^>]*>/g), ['<script type="importmap">']);
      const loaded = [...body.matchAll(/(?:src|href)="([^"#]*)"/g)].map(
        ([, address = '']) => address,
      );
      assert.deepEqual(
        loaded.filter((address) => !address.startsWith('/')),
        [],
      );
      return undefined;
    });
  }

  it('shows what came from a call as text, wherever it stands', async () => {
    const list = await reader.open('/console');
    const call = await reader.open('/console/calls/1.1');
    for (const { body } of [list, call]) {
      assert.doesNotMatch(body, /<img|\u202e|\u2066/);
      assert.ok(body.includes(SHOWN));
    }
    // Title, name, summary, reason, caller, promise, due, quote, speech.
    assert.ok(call.body.split(SHOWN).length - 1 >= 9);
  });

  it('links a quotation to the moment at which it was said', async () => {
    const { body } = await reader.open('/console/calls/1.1');
    assert.match(
      body,
      /<\/q>\s*<a\s+class="moment"\s+href="#speech-0"\s+data-play="0"\s+data-at="61\.5"\s*>at 1:01</,
    );
  });

  it('shows in the list the times by which it is ordered', async () => {
    const { body } = await reader.open('/console');
    const rows = [...body.matchAll(/data-started="([^"]+)"[\s\S]*?<time datetime="([^"]+)"/g)];
    assert.equal(rows.length, 2);
    assert.deepEqual(
      rows.map(([, , shown]) => shown),
      rows.map(([, started]) => started),
    );
  });

  it('tells in the list why a call failed and what to do', async () => {
    const { body } = await reader.open('/console?status=FAILED');
    assert.match(body, /The language model refused the key\./);
    assert.match(body, /Correct LLM_API_KEY, restart the workers, then reprocess the call\./);
    assert.match(body, /<strong>1<\/strong> failed<\/a>, the oldest/);
  });

  it('marks the words that were searched for', async () => {
    const { body } = await reader.open('/console?q=scanner');
    assert.match(body, /<mark>scanner<\/mark>/);
    assert.match(body, /id="q"[^>]* value="scanner"/);
  });

  it('leaves empty fields out of the address', async () => {
    const reply = await reader.open('/console?q=&status=FAILED&waiting=');
    assert.equal(locationOf(reply), '/console?status=failed');
  });

  it('says what is empty, and what a filter does not take', async () => {
    assert.match((await reader.open('/console?q=nowhere')).body, /No call fits\./);
    const wrong = await reader.open('/console?status=BROKEN');
    assert.equal(wrong.status, 400);
    assert.match(wrong.body, /role="alert"[\s\S]*must be one of PROCESSING, COMPLETED, FAILED/);
  });

  it('says on a page that Temporal is away, where it has to be asked whether a call exists', async () => {
    const reply = await reader.open('/console/calls/7.7');
    assert.equal(reply.status, 503);
    assert.match(reply.head, /content-type: text\/html/);
    assert.match(reply.body, /role="alert"/);
  });

  it('tells of each cause what it means and what to do, with a preview that begins nothing', async () => {
    const { body } = await reader.open('/console/failures');
    assert.match(body, /Analysis: The language model refused the key\./);
    assert.match(body, /<strong>1<\/strong> call,/);
    const [, link = ''] = /href="(\/console\/failures\/reprocess[^"]*)"/.exec(body) ?? [];
    const preview = await reader.open(link.replaceAll('&amp;', '&'));
    assert.match(preview.body, /<h1>Reprocess 1 call<\/h1>/);
    assert.match(preview.body, /href="\/console\/calls\/1\.2"/);
    assert.equal(await gateway.database.prisma.bulkReprocess.count(), 0);
    const { status } = await reader.submit('/console/failures/reprocess', { rate: '1' });
    assert.equal(status, 403);
    assert.equal(await gateway.database.prisma.bulkReprocess.count(), 0);
  });

  it('counts the calls of each day, and leads from each number to the calls behind it', async () => {
    const { body } = await reader.open('/console/overview?from=2026-11-01&to=2026-12-02');
    assert.match(body, /<dd>2, 1 of them failed<\/dd>/);
    const [, link = ''] = /<a href="([^"]+)">2026-11-30<\/a>/.exec(body) ?? [];
    const list = await reader.open(link.replaceAll('&amp;', '&'));
    assert.equal(list.body.match(/<li\s+id="call-/g)?.length, 2);
    assert.ok(body.includes(SHOWN));
  });

  it('tells administrators what is wrong with the service and what to do, and others that something is', async () => {
    const { body } = await reader.open('/console/service');
    assert.match(body, /Something does not work/);
    assert.match(body, /<strong>Temporal<\/strong>/);
    const other = createReader(gateway.url);
    await other.signIn(dispatcher.key);
    const seen = await other.open('/console/service');
    assert.match(seen.body, /Something does not work/);
    assert.doesNotMatch(seen.body, /<strong>Temporal<\/strong>/);
  });

  it('lets browsers keep its scripts and styles, and sends them compressed', async () => {
    const { body } = await reader.open('/console');
    const [, style = ''] = /href="([^"]+\.css)"/.exec(body) ?? [];
    const response = await fetch(`${gateway.url}${style}`);
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    const old = await fetch(`${gateway.url}/console/assets/another/base.css`);
    assert.deepEqual([old.status, old.headers.get('cache-control')], [200, 'no-store']);
    for (const name of ['..%2f..%2fpackage.json', 'tsconfig.json', 'none.js']) {
      assert.equal((await fetch(`${gateway.url}/console/assets/x/${name}`)).status, 404, name);
    }
  });
});
