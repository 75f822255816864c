// The archived recording of a call can be listened to and sought in, only by whoever may read calls, and only ever as
// audio.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw } from '../support/raw-request.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../support/temporary-sandbox.ts';
import { addCall, archiveOf, storeAudio } from './archived-calls.ts';

const AUDIO = randomBytes(300_000);
const SIZE = AUDIO.length;

describe('GET /calls/:callSid/recording', () => {
  const stack = new AsyncDisposableStack();
  const reader = makeKey('reader', 'calls:read');
  const starter = makeKey('starter', 'calls:start');
  let testDatabase: TestDatabase;
  let database: Database;
  let sandbox: TemporarySandbox;
  let gateway: OwnGateway;
  let generation: string;

  before(async () => {
    testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
    stack.defer(() => database.close());
    sandbox = await startTemporarySandbox();
    stack.defer(() => sandbox.stop());
    gateway = await startOwnGateway(testDatabase.url, {
      ...archiveOf(sandbox),
      API_KEYS: `${reader.entry},${starter.entry}`,
    });
    stack.defer(() => gateway.remove());
    const { remove: _, ...stored } = await storeAudio(sandbox, '1.1', AUDIO);
    generation = stored.recordingGeneration;
    await addCall(database, '1.1', { ...stored, mimeType: 'audio/wav' });
    await addCall(database, '1.2');
  });
  after(() => stack.disposeAsync());

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${gateway.url}/calls/${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${reader.key}`, ...headers },
    });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  async function assertProblem(response: Response, status: number, code: string) {
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    const problem = JSON.parse(text) as { code: string; detail: string; remedy: string };
    assert.equal(problem.code, code);
    assert.doesNotMatch(text, /at .*\.ts|told by/);
    return problem;
  }

  it('gives the whole recording, as audio whatever the object claims to be, to be kept nowhere', async () => {
    const response = await ask('1.1/recording');
    assert.equal(response.status, 200);
    assert.ok((await bytesOf(response)).equals(AUDIO));
    const headers = Object.fromEntries(response.headers);
    assert.equal(headers['content-type'], 'audio/wav');
    assert.equal(headers['content-length'], String(SIZE));
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers['etag'], `"${generation}"`);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'private, no-store');
    assert.equal(headers['content-disposition'], 'inline; filename="1.1.wav"');
  });

  it('gives it as a file where that is asked for', async () => {
    for (const query of ['?download', '?download=1', '?stream&download=true']) {
      const { headers } = await ask(`1.1/recording${query}`, {}, 'HEAD');
      assert.equal(headers.get('content-disposition'), 'attachment; filename="1.1.wav"');
    }
  });

  it('plays in a browser: the range with which Chromium begins, then those that it seeks to', async () => {
    const first = await ask('1.1/recording?stream', {
      range: 'bytes=0-',
      'sec-fetch-dest': 'audio',
    });
    assert.equal(first.status, 206);
    assert.equal(first.headers.get('content-range'), `bytes 0-${SIZE - 1}/${SIZE}`);
    const body = first.body?.getReader();
    await body?.read();
    // It has seen the header of the file, leaves, and asks for the place it wants.
    await body?.cancel();
    const etag = first.headers.get('etag') ?? '';
    const sought = await ask('1.1/recording?stream', { range: 'bytes=250000-', 'if-range': etag });
    assert.equal(sought.status, 206);
    assert.equal(sought.headers.get('content-range'), `bytes 250000-${SIZE - 1}/${SIZE}`);
    assert.ok((await bytesOf(sought)).equals(AUDIO.subarray(250_000)));
  });

  const ranges: readonly [header: string, first: number, last: number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=299999-', SIZE - 1, SIZE - 1],
    ['bytes=299990-999999999', SIZE - 10, SIZE - 1],
    ['bytes=-5', SIZE - 5, SIZE - 1],
    ['bytes=-999999999', 0, SIZE - 1],
    ['BYTES=7-7', 7, 7],
  ];
  for (const [header, first, last] of ranges) {
    it(`gives exactly the bytes of Range: ${header}`, async () => {
      const response = await ask('1.1/recording', { range: header });
      assert.equal(response.status, 206);
      assert.equal(response.headers.get('content-range'), `bytes ${first}-${last}/${SIZE}`);
      assert.equal(response.headers.get('content-length'), String(last - first + 1));
      assert.ok((await bytesOf(response)).equals(AUDIO.subarray(first, last + 1)));
    });
  }

  it('gives all of it for several ranges, other units, what is no range, and an If-Range of anything else', async () => {
    for (const headers of [
      { range: 'bytes=0-1,5-6' },
      { range: 'bytes=5-1' },
      { range: 'bytes=-' },
      { range: 'bytes=a-b' },
      { range: 'seconds=0-1' },
      { range: 'bytes=0-1', 'if-range': '"1"' },
      { range: 'bytes=0-1', 'if-range': `W/"${generation}"` },
      { range: 'bytes=0-1', 'if-range': 'Mon, 30 Nov 2026 08:00:00 GMT' },
    ]) {
      const response = await ask('1.1/recording', headers);
      assert.equal(response.status, 200, JSON.stringify(headers));
      assert.equal(response.headers.get('content-range'), null);
      assert.equal((await bytesOf(response)).length, SIZE);
    }
  });

  it('answers 416 with the size to a range behind the end', async () => {
    for (const range of [`bytes=${SIZE}-`, 'bytes=999999999-', 'bytes=-0']) {
      const response = await ask('1.1/recording', { range });
      assert.equal(response.headers.get('content-range'), `bytes */${SIZE}`);
      await assertProblem(response, 416, 'RANGE_NOT_SATISFIABLE');
    }
  });

  it('answers HEAD with the same headers, whatever range it names, and reads no audio for it', async () => {
    const before = await sandbox.hits('storage.objects.media');
    const response = await ask('1.1/recording', { range: 'bytes=0-1' }, 'HEAD');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), String(SIZE));
    assert.equal(response.headers.get('accept-ranges'), 'bytes');
    assert.equal(response.headers.get('content-type'), 'audio/wav');
    assert.equal(await sandbox.hits('storage.objects.media'), before);
  });

  it('hands out what is no known format only as a file of bytes', async () => {
    for (const [callSid, mimeType] of [
      ['2.1', 'text/html'],
      ['2.2', null],
    ] as const) {
      const { remove: _, ...stored } = await storeAudio(sandbox, callSid, Buffer.from('<script>'));
      await addCall(database, callSid, { ...stored, mimeType });
      const { headers } = await ask(`${callSid}/recording`);
      assert.equal(headers.get('content-type'), 'application/octet-stream');
      assert.equal(headers.get('content-disposition'), `attachment; filename="${callSid}.bin"`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  });

  it('gives the generation that the row names, and no other content under its name', async () => {
    const { remove, ...stored } = await storeAudio(sandbox, '3.1', Buffer.from('the old audio'));
    await addCall(database, '3.1', { ...stored, mimeType: 'audio/wav' });
    await remove();
    await storeAudio(sandbox, '3.1', Buffer.from('another audio'));
    const problem = await assertProblem(await ask('3.1/recording'), 404, 'STORAGE_OBJECT_MISSING');
    assert.match(problem.remedy, /^Ask for a reprocess from archiveRecording/);
    assert.match(problem.detail, /there is no such object/);
  });

  it('says that a recording is not archived yet', async () => {
    const { detail } = await assertProblem(await ask('1.2/recording'), 404, 'NOT_FOUND');
    assert.equal(detail, 'The recording of the call 1.2 is not archived yet.');
  });

  it('answers 503 while the store is away, refuses the gateway or sends something else', async () => {
    const faults = [
      ['objects.get', { status: 503 }, 'STORAGE_UNAVAILABLE'],
      ['objects.get', { status: 403 }, 'STORAGE_CREDENTIALS_REFUSED'],
      ['objects.get', { status: 429 }, 'STORAGE_RATE_LIMITED'],
      ['objects.get', { reset: true }, 'STORAGE_UNAVAILABLE'],
      ['objects.get', { body: '<html>' }, 'STORAGE_UNAVAILABLE'],
      ['objects.media', { status: 500 }, 'STORAGE_UNAVAILABLE'],
      ['objects.media', { body: 'a page of a proxy, with 200' }, 'STORAGE_UNAVAILABLE'],
    ] as const;
    for (const [operation, action, code] of faults) {
      await sandbox.fault({ system: 'storage', operation, action });
      const response = await ask('1.1/recording');
      assert.equal(response.headers.get('retry-after'), '5');
      assert.equal(response.headers.get('etag'), null);
      const { remedy } = await assertProblem(response, 503, code);
      assert.doesNotMatch(remedy, /signal|workers/);
    }
  });

  it('breaks off an answer whose end does not come, rather than passing it for the whole', async () => {
    await sandbox.fault({
      system: 'storage',
      operation: 'objects.media',
      action: { cutAfterBytes: 200_000 },
    });
    const response = await ask('1.1/recording');
    assert.equal(response.status, 200);
    await assert.rejects(response.arrayBuffer());
  });

  it('wants a key that may read calls', async () => {
    for (const [headers, status] of [
      [{ authorization: '' }, 401],
      [{ authorization: `Bearer ${starter.key}` }, 403],
    ] as const) {
      assert.equal((await ask('1.1/recording', headers)).status, status);
    }
  });

  it('refuses what is no callSid and parameters that it does not know', async () => {
    for (const path of ['..%2f..%2fx/recording', '1..1/recording', '1.1/recording?token=x']) {
      await assertProblem(await ask(path), 400, 'INVALID_INPUT');
    }
    const { status } = await askRaw(gateway.port, [
      'GET /calls/1.1%0d%0aX-Evil:1/recording HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${reader.key}`,
    ]);
    assert.equal(status, 400);
  });

  it('says so where the recording is in another bucket than that of the gateway, or the gateway knows none', async () => {
    const recordingUrl = 'gs://other/call-recordings/4.1.wav';
    await addCall(database, '4.1', { recordingUrl, recordingGeneration: '1' });
    const elsewhere = await assertProblem(await ask('4.1/recording'), 503, 'RECORDING_NOT_SERVED');
    assert.match(elsewhere.detail, /in another bucket than that of RECORDINGS_BUCKET/);

    const other = await startOwnGateway(testDatabase.url);
    stack.defer(() => other.remove());
    const response = await fetch(`${other.url}/calls/1.1/recording`);
    const unset = await assertProblem(response, 503, 'RECORDING_NOT_SERVED');
    assert.match(unset.detail, /RECORDINGS_BUCKET is not set/);
  });
});
