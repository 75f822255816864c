// Guarantees that an archived recording is exactly what was sent, is stored once however often it is retried, and never leaves its folder.
import assert from 'node:assert/strict';
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { isCallKeyPart } from '../../../src/domain/call.ts';
import {
  createStoreFixture,
  LONG,
  never,
  OTHER,
  piecesOf,
  sha256,
  type StoreFixture,
} from './support.ts';

/** In hex, by another library than the store's. */
function crc32cOf(bytes: Buffer): string {
  return crc32c(bytes).toString(16).padStart(8, '0');
}

describe('the recording store', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await createStoreFixture();
  });
  after(() => fixture.sandbox.stop());

  it('stores audio of any length under its call, byte for byte', async () => {
    for (const audio of [
      OTHER,
      LONG,
      LONG.subarray(0, 4 * 1024 * 1024),
      LONG.subarray(0, 8 * 1024 * 1024),
    ]) {
      const callSid = fixture.newCall();
      const stored = await fixture.save(callSid, audio);
      assert.equal(stored.uri, `gs://call-archive/${fixture.nameOf(callSid)}`);
      assert.deepEqual([stored.sizeBytes, stored.created], [audio.length, true]);
      assert.match(stored.generation, /^\d+$/);
      assert.equal(await fixture.storedSha256(callSid), sha256(audio));
    }
  });

  it('treats identical content that already exists as success, and does not write it again', async () => {
    for (const audio of [OTHER, LONG]) {
      const callSid = fixture.newCall();
      const first = await fixture.save(callSid, audio);
      assert.deepEqual(await fixture.save(callSid, audio), { ...first, created: false });
    }
  });

  it('refuses other content under the same name, of equal or different length, and keeps what is stored', async () => {
    const callSid = fixture.newCall();
    await fixture.save(callSid, LONG);
    const sameLength = Buffer.from(LONG);
    sameLength[8_999_999] = (sameLength[8_999_999] ?? 0) ^ 1;
    for (const audio of [OTHER, sameLength]) {
      await assert.rejects(fixture.save(callSid, audio), { code: 'STORAGE_OBJECT_CONFLICT' });
    }
    assert.equal(await fixture.storedSha256(callSid), sha256(LONG));
  });

  it('stores other content beside what is there when it gets a name of its own, and finds it there', async () => {
    const callSid = fixture.newCall();
    const first = await fixture.save(callSid, LONG);
    const content = await fixture.store.measure(piecesOf(OTHER));
    const second = await fixture.save(callSid, OTHER, { version: content.crc32c });
    assert.equal(second.created, true);
    const uri = `gs://call-archive/call-recordings/${callSid}~${crc32cOf(OTHER)}.wav`;
    assert.equal(second.uri, uri);
    const { generation } = second;
    assert.deepEqual(await fixture.store.find(uri, never), { ...content, generation });
    assert.equal((await fixture.store.find(first.uri, never))?.generation, first.generation);
    // Once more, as after a lost reply.
    const again = await fixture.save(callSid, OTHER, { version: content.crc32c });
    assert.deepEqual(again, { ...second, created: false });
  });

  it('finds nothing where nothing is, nor in another bucket', async () => {
    assert.equal(await fixture.store.find(fixture.store.uriOf('none'), never), null);
    assert.equal(await fixture.store.find('gs://other/name', never), null);
  });

  it('never lets a callSid or an extension escape the folder', async () => {
    const property = fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.constantFrom('..', '../x', 'a/b', 'a/../b', '%2e%2e', 'a\0', 'a\r\nb', '.', ''),
      ),
      async (callSid) => {
        fc.pre(!isCallKeyPart(callSid));
        await assert.rejects(fixture.save(callSid, OTHER), { code: 'INVALID_INPUT' });
      },
    );
    await fc.assert(property);
    const input = {
      callSid: fixture.newCall(),
      contentType: 'x',
      version: null,
      signal: never,
    };
    for (const extension of ['', '../wav', 'wav/x', 'WAV']) {
      const saving = fixture.store.saveRecording({ ...input, extension, audio: piecesOf(OTHER) });
      await assert.rejects(saving, { code: 'INVALID_INPUT' });
    }
  });

  it('deletes only the given generation, and may be repeated', async () => {
    const callSid = fixture.newCall();
    const first = await fixture.save(callSid, LONG);
    await fixture.store.deleteObject(first.uri, first.generation, never);
    const second = await fixture.save(callSid, OTHER);
    await fixture.store.deleteObject(first.uri, first.generation, never);
    assert.equal(await fixture.storedSha256(callSid), sha256(OTHER));
    await fixture.store.deleteObject(second.uri, second.generation, never);
    assert.equal(await fixture.storedSha256(callSid), null);
    await fixture.store.deleteObject(second.uri, second.generation, never);
  });

  it('lists the objects under a prefix, and reads a small object', async () => {
    const callSid = fixture.newCall();
    const { uri } = await fixture.save(callSid, Buffer.from('{"name":"Zoë"}'));
    assert.equal(uri, fixture.store.uriOf(fixture.nameOf(callSid)));
    assert.deepEqual(await fixture.store.listObjects(`call-recordings/${callSid}.`, never), [uri]);
    assert.deepEqual(await fixture.store.listObjects('transcripts/none/', never), []);
    assert.equal(await fixture.store.readText(uri, 15, never), '{"name":"Zoë"}');
    await assert.rejects(fixture.store.readText(uri, 14, never), {
      code: 'STORAGE_OBJECT_TOO_LARGE',
    });
  });

  it('reports a missing object, and refuses an address in another bucket', async () => {
    await assert.rejects(
      fixture.store.readText(fixture.store.uriOf('transcripts/none'), 9, never),
      {
        code: 'STORAGE_OBJECT_MISSING',
      },
    );
    for (const uri of ['gs://other/name', 'https://call-archive/name', 'gs://call-archive/']) {
      await assert.rejects(fixture.store.readText(uri, 9, never), { code: 'INVALID_INPUT' });
      await assert.rejects(fixture.store.deleteObject(uri, '1', never), { code: 'INVALID_INPUT' });
    }
  });
});
