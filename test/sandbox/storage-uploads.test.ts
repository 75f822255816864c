// Uploads honour their preconditions and checksums, and an interrupted one resumes where it stopped:
// an object is stored completely or not at all.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Bucket } from '@google-cloud/storage';
import { startStorageUnderTest, UNIT, upload } from './storage-support.ts';
import type { StorageUnderTest } from './storage-support.ts';

function put(session: string, range: string, body: Uint8Array | null = null, headers = {}) {
  return fetch(session, {
    method: 'PUT',
    headers: { 'content-range': range, ...headers },
    body: body === null ? null : new Uint8Array(body),
  });
}

describe('sandbox storage uploads', () => {
  let storage: StorageUnderTest;
  let bucket: Bucket;

  before(async () => {
    storage = await startStorageUnderTest();
  });

  after(() => storage.stop());

  beforeEach(async () => {
    await storage.reset();
    // A separate client for each test, because an upload without a precondition turns off the client's
    // retries, possibly for other files of the same client too.
    bucket = storage.newBucket();
  });

  it('answers 412 to an upload that its precondition forbids, at its beginning and at its end', async () => {
    await upload(bucket, 'once', Buffer.from('first'));
    await assert.rejects(upload(bucket, 'once', Buffer.from('second')), { code: 412 });
    const race = await Promise.all([
      storage.beginSession('race', '&ifGenerationMatch=0'),
      storage.beginSession('race', '&ifGenerationMatch=0'),
    ]);
    const statuses = [];
    for (const session of race) {
      statuses.push((await put(session, 'bytes 0-4/5', Buffer.from('12345'))).status);
    }
    assert.deepEqual(statuses, [200, 412]);
    assert.equal((await put(race[1], 'bytes */*')).status, 404);
    const generation = (await bucket.file('once').getMetadata())[0].generation;
    await upload(bucket, 'once', Buffer.from('third'), {
      preconditionOpts: { ifGenerationMatch: Number(generation) },
    });
    assert.equal((await bucket.file('once').download())[0].toString(), 'third');
    await assert.rejects(bucket.file('once').delete({ ifGenerationMatch: 1 }), { code: 412 });
  });

  it('lets exactly one of many concurrent first uploads under a name succeed', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        upload(bucket, 'contested', Buffer.from(`from ${index}`)),
      ),
    );
    const won = outcomes.filter(({ status }) => status === 'fulfilled');
    assert.equal(won.length, 1);
    const [content] = await bucket.file('contested').download();
    assert.equal(
      content.toString(),
      `from ${outcomes.findIndex((it) => it.status === 'fulfilled')}`,
    );
  });

  it('answers 400 to content that differs from the declared checksum, and stores nothing', async () => {
    const wrong = { crc32c: 'AAAAAA==', md5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==' };
    for (const [field, value] of Object.entries(wrong)) {
      const session = await storage.beginSession('declared', '', { [field]: value });
      const response = await put(session, 'bytes 0-*/*', Buffer.from('content'));
      assert.equal(response.status, 400);
      assert.match(await response.text(), /doesn't match calculated/);
    }
    const session = await storage.beginSession('declared');
    const header = { 'x-goog-hash': 'md5=1B2M2Y8AsgTpgAmY7PhCfg==' };
    assert.equal((await put(session, 'bytes 0-6/7', Buffer.from('content'), header)).status, 400);
    assert.deepEqual(await bucket.file('declared').exists(), [false]);
  });

  it('resumes a chunked upload after a cut, a 503, a lost reply and a reset', async () => {
    const content = randomBytes(4 * UNIT + 17);
    const faults = {
      cut: { cutRequestAfterBytes: UNIT + 100 },
      busy: { status: 503 },
      lost: { loseReply: true },
      reset: { reset: true },
    };
    await Promise.all(
      Object.entries(faults).map(async ([name, action]) => {
        await storage.script({ operation: 'objects.upload', callSid: name, action });
        const object = `call-recordings/${name}.wav`;
        await upload(bucket, object, content, { chunkSize: 2 * UNIT });
        assert.ok((await bucket.file(object).download())[0].equals(content), name);
      }),
    );
    const counts = await storage.hits();
    // Three chunks, plus requests for the state and for what was lost.
    Object.keys(faults).forEach((name) =>
      assert.ok((counts[name]?.['storage.objects.upload'] ?? 0) > 3, name),
    );
  });

  it('answers 308 with the received range, keeps whole units of a truncated chunk, and skips an overlap', async () => {
    const content = randomBytes(3 * UNIT + 5);
    const total = content.length;
    const session = await storage.beginSession('manual');
    const fresh = await put(session, 'bytes */*');
    assert.deepEqual([fresh.status, fresh.headers.get('range')], [308, null]);
    await storage.script({
      operation: 'objects.upload',
      action: { cutRequestAfterBytes: UNIT + 1000 },
    });
    await assert.rejects(
      put(session, `bytes 0-${2 * UNIT - 1}/${total}`, content.subarray(0, 2 * UNIT)),
    );
    const state = await put(session, `bytes */${total}`);
    assert.deepEqual([state.status, state.headers.get('range')], [308, `bytes=0-${UNIT - 1}`]);
    // The chunk is sent from its beginning again; only what is missing is stored.
    const second = await put(session, `bytes 0-${2 * UNIT - 1}/*`, content.subarray(0, 2 * UNIT));
    assert.equal(second.headers.get('range'), `bytes=0-${2 * UNIT - 1}`);
    assert.equal((await put(session, `bytes ${3 * UNIT}-*/*`, Buffer.from('gap'))).status, 400);
    const rest = `bytes ${2 * UNIT}-${total - 1}/${total}`;
    const done = await put(session, rest, content.subarray(2 * UNIT));
    assert.equal(done.status, 200);
    // A client that lost the last reply may repeat the request.
    assert.equal((await put(session, 'bytes */*')).status, 200);
    assert.ok((await bucket.file('manual').download())[0].equals(content));
  });

  it('refuses a chunk that is not a multiple of 256 KiB, unless it is the last', async () => {
    const session = await storage.beginSession('uneven');
    const response = await put(session, 'bytes 0-99/*', randomBytes(100));
    assert.equal(response.status, 400);
    assert.match(await response.text(), /262144/);
  });
});
