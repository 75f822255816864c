// Pages show what the API says to whoever opens them, as text, and work without JavaScript.
import assert from 'node:assert/strict';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { addListedCall, ANALYSIS } from '../api/listed-calls.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createReader, locationOf, tokenOf } from './session-client.ts';

const lead = makeKey('lead', 'calls:read', 'calls:reprocess', 'admin');
const dispatcher = makeKey('dispatcher', 'calls:read');
const starter = makeKey('phone-adapter', 'calls:start');

const MARKUP = '<img src=x onerror=alert(1)>"\'';
const DISGUISE = 'gnp\u202eexe\u2066';
const HOSTILE = `${MARKUP} & ${DISGUISE}`;
const SHOWN = '&lt;img src=x onerror=alert(1)&gt;&quot;&#39; &amp; gnp[U+202E]exe[U+2066]';

const at = (time: string) => new Date(`2026-11-30T${time}:00Z`);

describe('the console', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let gateway: OwnGateway;
  let reader: ReturnType<typeof createReader>;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    await addListedCall(database, {
      callSid: '1.1',
      startTime: at('08:00'),
      company: { connectwiseId: '1', name: HOSTILE },
      text: HOSTILE,
      analysis: {
        ...ANALYSIS,
        summary: HOSTILE,
        reasonForCall: HOSTILE,
        callerName: HOSTILE,
        quotes: [HOSTILE],
        actions: [{ description: HOSTILE, owner: 'agent', due: HOSTILE }],
      },
    });
    await database.prisma.transcript.updateMany({
      data: {
        segments: [
          { speaker: null, channel: null, startSeconds: 61.5, endSeconds: 63, text: HOSTILE },
        ],
      },
    });
    await addListedCall(database, {
      callSid: '1.2',
      startTime: at('09:00'),
      text: 'The scanner sends nothing at all.',
      row: {
        callStatus: 'FAILED',
        failedStep: 'analyzeTranscript',
        failureCode: 'MODEL_CREDENTIALS_REFUSED',
        failureMessage: 'The key was refused.',
        failedAt: at('09:01'),
        outcome: null,
      },
      analysis: null,
    });
    const API_KEYS = [lead, dispatcher, starter].map(({ entry }) => entry).join(',');
    gateway = await startOwnGateway(testDatabase.url, { API_KEYS, FAILED_KEYS_PER_MINUTE: '0' });
    reader = createReader(gateway.url);
    await reader.signIn(lead.key);
  });
  after(async () => {
    await gateway.remove();
    await database.close();
    await testDatabase.drop();
  });

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

  for (const path of [
    '/console',
    '/console?q=scanner',
    '/console/calls/1.1',
    '/console/calls/1.2',
    '/console/sign-in?next=%2Fdocs',
    '/console/calls/7.7',
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
    assert.match(body, /<\/q>\s*<a class="moment" href="#speech-0" data-play="0"\s*>at 1:01</);
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

  it('answers 404 with a page for a call that does not exist', async () => {
    const reply = await reader.open('/console/calls/7.7');
    assert.ok([404, 503].includes(reply.status), String(reply.status));
    assert.match(reply.head, /content-type: text\/html/);
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

  it('tells of each cause what it means and what to do, with a preview that begins nothing', async () => {
    const { body } = await reader.open('/console/failures');
    assert.match(body, /Analysis: The language model refused the key\./);
    assert.match(body, /<strong>1<\/strong> call,/);
    const [, link = ''] = /href="(\/console\/failures\/reprocess[^"]*)"/.exec(body) ?? [];
    const preview = await reader.open(link.replaceAll('&amp;', '&'));
    assert.match(preview.body, /<h1>Reprocess 1 call<\/h1>/);
    assert.match(preview.body, /href="\/console\/calls\/1\.2"/);
    assert.equal(await database.prisma.bulkReprocess.count(), 0);
    const { status } = await reader.submit('/console/failures/reprocess', { rate: '1' });
    assert.equal(status, 403);
    assert.equal(await database.prisma.bulkReprocess.count(), 0);
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

  it('lets browsers keep its scripts and styles, and sends them compressed', async () => {
    const { body } = await reader.open('/console');
    const [, style = ''] = /href="([^"]+\.css)"/.exec(body) ?? [];
    const response = await fetch(`${gateway.url}${style}`);
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    const old = await fetch(`${gateway.url}/console/assets/another/style.css`);
    assert.deepEqual([old.status, old.headers.get('cache-control')], [200, 'no-store']);
    for (const name of ['..%2f..%2fpackage.json', 'tsconfig.json', 'none.js']) {
      assert.equal((await fetch(`${gateway.url}/console/assets/x/${name}`)).status, 404, name);
    }
  });
});
