// Guarantees that a failed upload leaves no partial object, fails with its own cause, and is retried only by Temporal.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { createRecordingStore } from '../../../src/clients/recording-store/client.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  createStoreFixture,
  LONG,
  never,
  OTHER,
  piecesOf,
  sha256,
  type StoreFixture,
} from './support.ts';

describe('an upload that fails', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await createStoreFixture();
  });
  after(() => fixture.sandbox.stop());
  afterEach(() => fixture.control.clearFaults());

  it("leaves no object and passes on the source's own error when the source fails, whenever it does", async () => {
    for (const sentBytes of [0, 100, 5_000_000, LONG.length]) {
      const callSid = fixture.newCall();
      const failure = new ServiceError('RECORDING_CORRUPT', 'The recording arrived damaged.');
      async function* failing(): AsyncGenerator<Buffer> {
        for await (const chunk of piecesOf(LONG.subarray(0, sentBytes))) yield chunk;
        throw failure;
      }
      const saving = fixture.save(callSid, Readable.from(failing(), { objectMode: false }));
      await assert.rejects(saving, (error) => error === failure);
      assert.equal(await fixture.storedSha256(callSid), null);
    }
  });

  it('fails with the exact reason of a cancellation, and leaves no object', async () => {
    const callSid = fixture.newCall();
    const controller = new AbortController();
    const reason = new Error('Cancelled.');
    async function* endless(): AsyncGenerator<Buffer> {
      for (let sent = 0; ; sent += 1) {
        if (sent === 100) controller.abort(reason);
        yield Buffer.alloc(65_536);
      }
    }
    const source = Readable.from(endless(), { objectMode: false });
    await assert.rejects(
      fixture.save(callSid, source, { signal: controller.signal }),
      (error) => error === reason,
    );
    assert.equal(source.destroyed, true);
    assert.equal(await fixture.storedSha256(callSid), null);
    await assert.rejects(
      fixture.save(callSid, OTHER, { signal: controller.signal }),
      (error) => error === reason,
    );
  });

  it('can be cancelled while Cloud Storage does not answer', async () => {
    for (const operation of ['objects.insert', 'objects.upload', 'objects.list']) {
      const before = await fixture.sandbox.hits(`storage.${operation}`);
      await fixture.sandbox.fault({ system: 'storage', operation, action: { hang: true } });
      const controller = new AbortController();
      const reason = new Error('Cancelled.');
      const asking =
        operation === 'objects.list'
          ? fixture.store.listObjects('', controller.signal)
          : fixture.save(fixture.newCall(), LONG, { signal: controller.signal });
      const ended = assert.rejects(asking, (error) => error === reason);
      await waitFor(
        'the request',
        async () => (await fixture.sandbox.hits(`storage.${operation}`)) > before,
      );
      controller.abort(reason);
      await ended;
    }
  });

  it('finds its own object after a lost reply', async () => {
    const callSid = fixture.newCall();
    await fixture.sandbox.fault({
      system: 'storage',
      operation: 'objects.upload',
      callSid,
      skip: 2,
      action: { loseReply: true },
    });
    await assert.rejects(fixture.save(callSid, LONG), { code: 'STORAGE_UNAVAILABLE' });
    assert.equal(await fixture.storedSha256(callSid), sha256(LONG));
    const { created } = await fixture.save(callSid, LONG);
    assert.equal(created, false);
  });

  const statuses = [
    [400, 'STORAGE_BAD_REQUEST'],
    [401, 'STORAGE_CREDENTIALS_REFUSED'],
    [403, 'STORAGE_CREDENTIALS_REFUSED'],
    [408, 'STORAGE_UNAVAILABLE'],
    [410, 'STORAGE_UNAVAILABLE'],
    [429, 'STORAGE_RATE_LIMITED'],
    [500, 'STORAGE_UNAVAILABLE'],
    [503, 'STORAGE_UNAVAILABLE'],
  ] as const;
  for (const [status, code] of statuses) {
    it(`reports ${status} as ${code} for any request of an upload, and leaves retries to Temporal`, async () => {
      for (const [operation, skip] of [
        ['objects.insert', 0],
        ['objects.upload', 0],
        ['objects.upload', 1],
      ] as const) {
        const callSid = fixture.newCall();
        await fixture.sandbox.fault({
          system: 'storage',
          operation,
          callSid,
          skip,
          action: { status },
        });
        await assert.rejects(fixture.save(callSid, LONG), { name: 'ServiceError', code });
        const hits = await fixture.control.hitsOf(callSid);
        assert.deepEqual(
          [hits['storage.objects.insert'], hits['storage.objects.upload'] ?? 0],
          [1, operation === 'objects.insert' ? 0 : skip + 1],
        );
        assert.equal(await fixture.storedSha256(callSid), null);
      }
    });
  }

  it('leaves retries of small requests to Temporal too', async () => {
    for (const action of [{ status: 503 }, { reset: true }] as const) {
      const requests = await fixture.sandbox.hits('storage.objects.list');
      await fixture.sandbox.fault({ system: 'storage', operation: 'objects.list', action });
      await assert.rejects(fixture.store.listObjects('', never), { code: 'STORAGE_UNAVAILABLE' });
      assert.equal(await fixture.sandbox.hits('storage.objects.list'), requests + 1);
    }
  });

  it('distinguishes a missing bucket from an upload session that has expired', async () => {
    for (const [operation, code] of [
      ['objects.insert', 'STORAGE_BUCKET_NOT_FOUND'],
      ['objects.upload', 'STORAGE_UNAVAILABLE'],
    ] as const) {
      await fixture.sandbox.fault({ system: 'storage', operation, action: { status: 404 } });
      await assert.rejects(fixture.save(fixture.newCall(), LONG), { code });
    }
  });

  it('recognises an exceeded quota by its reason despite the 403, and passes on Retry-After', async () => {
    const body = JSON.stringify({
      error: { code: 403, message: 'Slow down.', errors: [{ reason: 'userRateLimitExceeded' }] },
    });
    const headers = { 'content-type': 'application/json', 'retry-after': '7' };
    for (const operation of ['objects.insert', 'objects.upload']) {
      await fixture.sandbox.fault({
        system: 'storage',
        operation,
        action: { status: 403, body, headers },
      });
      await assert.rejects(fixture.save(fixture.newCall(), LONG), {
        code: 'STORAGE_RATE_LIMITED',
        retryAfterMs: 7000,
      });
    }
  });

  it('names the account and the permission that Google says is missing, and nothing else of its words', async () => {
    const account = 'worker@my-project.iam.gserviceaccount.com';
    const message = `${account} does not have storage.objects.create access to the Google Cloud Storage object. Permission 'storage.objects.create' denied on resource 020 7946 0101.`;
    const body = JSON.stringify({
      error: { code: 403, message, errors: [{ message, reason: 'forbidden' }] },
    });
    const headers = { 'content-type': 'application/json' };
    for (const operation of ['objects.insert', 'objects.upload']) {
      await fixture.sandbox.fault({
        system: 'storage',
        operation,
        action: { status: 403, body, headers },
      });
      await assert.rejects(fixture.save(fixture.newCall(), LONG), {
        code: 'STORAGE_CREDENTIALS_REFUSED',
        message: new RegExp(
          `answered with HTTP status 403: ${account} lacks the permission storage\\.objects\\.create \\(gs://call-archive/call-recordings/[\\w.]+\\)\\.$`,
        ),
      });
    }
  });

  it('is reported as unavailable when the connection is reset, cut or refused', async () => {
    for (const [operation, action] of [
      ['objects.insert', { reset: true }],
      ['objects.upload', { reset: true }],
      ['objects.upload', { cutRequestAfterBytes: 1_000_000 }],
    ] as const) {
      const callSid = fixture.newCall();
      await fixture.sandbox.fault({ system: 'storage', operation, callSid, action });
      await assert.rejects(fixture.save(callSid, LONG), { code: 'STORAGE_UNAVAILABLE' });
      assert.equal(await fixture.storedSha256(callSid), null);
    }
    const nowhere = createRecordingStore({
      bucket: 'b',
      apiEndpoint: 'http://127.0.0.1:9',
      projectId: null,
    });
    await assert.rejects(nowhere.listObjects('', never), { code: 'STORAGE_UNAVAILABLE' });
  });
});
