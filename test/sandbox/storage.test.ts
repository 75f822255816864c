// The storage stand-in returns to the official client what it stored, with correct checksums, and
// records which call each request was for.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { CRC32C } from '@google-cloud/storage';
import type { Bucket } from '@google-cloud/storage';
import { startStorageUnderTest, upload } from './storage-support.ts';
import type { StorageUnderTest } from './storage-support.ts';

describe('sandbox storage', () => {
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

  it('accepts a resumable upload and returns the same bytes, with correct checksums', async () => {
    const content = randomBytes(2_500_003);
    await upload(bucket, 'call-recordings/1.1.wav', content, {
      metadata: { contentType: 'audio/wav', metadata: { origin: 'test' } },
    });
    const file = bucket.file('call-recordings/1.1.wav');
    const [metadata] = await file.getMetadata();
    assert.equal(metadata.size, String(content.length));
    assert.equal(metadata.contentType, 'audio/wav');
    assert.deepEqual(metadata.metadata, { origin: 'test' });
    const crc = new CRC32C();
    crc.update(content);
    assert.equal(metadata.crc32c, crc.toString());
    // The client compares the md5 and crc32c headers with what it received.
    const [downloaded] = await file.download({ validation: 'md5' } as object);
    assert.ok(downloaded.equals(content));
    const [part] = await file.download({ start: 10, end: 19 });
    assert.ok(part.equals(content.subarray(10, 20)));
  });

  it('accepts an upload in one request, and an empty object', async () => {
    await bucket.file('simple.json').save('{"a":"ü\\r\\n--"}', {
      resumable: false,
      contentType: 'application/json',
    });
    assert.equal((await bucket.file('simple.json').download())[0].toString(), '{"a":"ü\\r\\n--"}');
    for (const resumable of [true, false]) {
      await bucket.file('empty').save('', { resumable });
      const [metadata] = await bucket.file('empty').getMetadata();
      assert.equal(metadata.size, '0');
      assert.equal(metadata.crc32c, 'AAAAAA==');
    }
  });

  it('lists objects by prefix in order of name, page by page, and deletes them', async () => {
    const names = ['b', 'a/2', 'a/1', 'a/3', 'ä/1'].map((name) => `transcripts/2.2/${name}`);
    await Promise.all(names.map((name) => bucket.file(name).save(name, { resumable: false })));
    const list = async (prefix: string): Promise<string[]> => {
      const [files] = await bucket.getFiles({ prefix });
      return files.map((file) => file.name);
    };
    const inA = ['a/1', 'a/2', 'a/3'].map((name) => `transcripts/2.2/${name}`);
    assert.deepEqual(await list('transcripts/2.2/a/'), inA);
    assert.deepEqual(await list('transcripts/2.2/nothing'), []);
    const [page, query] = await bucket.getFiles({
      prefix: 'transcripts/2.2/',
      maxResults: 2,
      autoPaginate: false,
    });
    assert.equal(page.length, 2);
    const [rest] = await bucket.getFiles({ ...query, maxResults: 1000 });
    assert.deepEqual([...page, ...rest].map((file) => file.name).toSorted(), names.toSorted());
    await bucket.file('transcripts/2.2/a/2').delete();
    assert.deepEqual(await list('transcripts/2.2/a/2'), []);
    await assert.rejects(bucket.file('transcripts/2.2/a/2').delete(), { code: 404 });
    assert.equal((await storage.hits())['2.2']?.['storage.objects.delete'], 2);
  });

  it('says whether the bucket or the object is missing', async () => {
    const isMissing = (why: RegExp) => (error: Error & { code?: number }) => {
      assert.equal(error.code, 404);
      assert.match(error.message, why);
      return true;
    };
    await assert.rejects(bucket.file('none').getMetadata(), isMissing(/No such object/));
    await assert.rejects(bucket.file('none').download(), isMissing(/No such object/));
    const elsewhere = bucket.storage.bucket('elsewhere');
    const missing = isMissing(/bucket does not exist/);
    await assert.rejects(elsewhere.file('x').save('x', { resumable: true }), missing);
    await assert.rejects(elsewhere.getFiles(), missing);
    assert.deepEqual(await elsewhere.exists(), [false]);
    assert.deepEqual(await bucket.exists(), [true]);
  });

  it('attributes a request to a call by the name of the object', async () => {
    const content = Buffer.from('x');
    await upload(bucket, 'call-recordings/1763800000.7.wav', content);
    await bucket.getFiles({ prefix: 'call-recordings/1763800000.7.' });
    await bucket.getFiles({ prefix: 'call-recordings/1763800000.7' });
    await bucket.file('transcripts/1763800000.7/abc/x.json').save('{}', { resumable: false });
    await upload(bucket, 'something/else', content);
    assert.deepEqual(await storage.hits(), {
      '1763800000.7': {
        'storage.objects.insert': 2,
        'storage.objects.upload': 1,
        'storage.objects.list': 2,
      },
    });
  });

  it('lists each object with the sha256 of what it received', async () => {
    await upload(bucket, 'call-recordings/3.3.wav', Buffer.from('abc'));
    const object = (await storage.objects()).find(({ name }) => name === 'call-recordings/3.3.wav');
    assert.equal(object?.['size'], 3);
    assert.equal(
      object?.['sha256'],
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
