import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';

import {
  createRecordingStore,
  type StoredObject,
} from '../../../src/clients/recording-store/client.ts';
import { createStoreFixture, LONG, never, OTHER, type StoreFixture } from './support.ts';

// An archived object is read back byte for byte if it is the requested generation, and a silent store
// is not waited for indefinitely. A text is stored once.

describe('the archive', () => {
  let fixture: StoreFixture;
  let long: { readonly callSid: string } & StoredObject;
  before(async () => {
    fixture = await createStoreFixture();
    const callSid = fixture.newCall();
    long = { callSid, ...(await fixture.save(callSid, LONG)) };
  });
  after(() => fixture.sandbox.stop());

  const read = (uri: string, generation: string | null, signal = never) =>
    buffer(Readable.from(fixture.store.open(uri, generation, signal)));

  it('returns what was stored, for the requested generation or for any', async () => {
    assert.ok((await read(long.uri, long.generation)).equals(LONG));
    assert.ok((await read(long.uri, null)).equals(LONG));
  });

  it('fails with a retryable error for another generation, and as missing for a deleted object', async () => {
    const callSid = fixture.newCall();
    const { uri, generation } = await fixture.save(callSid, Buffer.from('audio'));
    await fixture.store.deleteObject(uri, generation, never);
    await fixture.save(callSid, OTHER);
    await assert.rejects(read(uri, generation), { code: 'STORAGE_UNAVAILABLE', retryable: true });
    await assert.rejects(read(`${uri}.gone`, null), { code: 'STORAGE_OBJECT_MISSING' });
  });

  it('fails as unavailable when the stream breaks off', async () => {
    await fixture.control.fault({
      system: 'storage',
      operation: 'objects.media',
      action: { cutAfterBytes: 3_000_000 },
    });
    await assert.rejects(read(long.uri, null), { code: 'STORAGE_UNAVAILABLE' });
  });

  it('waits for a slow reader, but not for a silent store', async () => {
    const idleMs = 250;
    const impatient = createRecordingStore(fixture.config, {
      requestMs: idleMs,
      uploadIdleMs: idleMs,
      readIdleMs: idleMs,
    });
    const open = () => impatient.open(long.uri, null, never);
    let size = 0;
    for await (const chunk of open()) {
      // The reader pauses for longer than the store is allowed to.
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 2 * idleMs));
      size += chunk.length;
    }
    assert.equal(size, LONG.length);

    await fixture.control.fault({
      system: 'storage',
      operation: 'objects.media',
      action: { hang: true },
    });
    await assert.rejects(buffer(Readable.from(open())), {
      code: 'STORAGE_UNAVAILABLE',
      message: /sent nothing for 0.25 seconds/,
    });
  });

  it('stops immediately when it is aborted, with the reason', async () => {
    await fixture.control.fault({
      system: 'storage',
      operation: 'objects.media',
      action: { bytesPerSecond: 100_000 },
    });
    const stop = new AbortController();
    const reading = (async () => {
      for await (const chunk of fixture.store.open(long.uri, null, stop.signal)) {
        assert.ok(chunk.length > 0);
        stop.abort(new Error('stopped by the test'));
      }
    })();
    await assert.rejects(reading, /stopped by the test/);
  });

  it('keeps the first text stored under a name', async () => {
    const name = `transcripts/${fixture.newCall()}/1/whole.json`;
    assert.equal(await fixture.store.saveText(name, '{"text":"Grüße"}', never), true);
    assert.equal(await fixture.store.saveText(name, '{"text":"other"}', never), false);
    const uri = fixture.store.uriOf(name);
    assert.equal(await fixture.store.readText(uri, 1000, never), '{"text":"Grüße"}');
  });

  it('reports a failure to store a text with the usual codes', async () => {
    await fixture.control.fault({
      system: 'storage',
      operation: 'objects.insert',
      action: { status: 403 },
    });
    await assert.rejects(fixture.store.saveText('transcripts/x/1/whole.json', '{}', never), {
      code: 'STORAGE_CREDENTIALS_REFUSED',
    });
  });
});
