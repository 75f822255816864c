// The waveform of a call is what its envelope says, reduced by the greatest, small enough to be loaded beside a player,
// and read by nobody who may not read calls.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

import {
  encodeEnvelope,
  ENVELOPE_HEADER_BYTES,
  FRAMES_PER_SECOND,
} from '../../src/audio/ear/envelope.ts';
import { fromDecibels } from '../../src/audio/ear/loudness.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { makeKey } from '../support/api-keys.ts';
import { startEndlessStore } from '../support/endless-store.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openRawConnection } from '../support/raw-connection.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../support/temporary-sandbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { addCall, archiveOf, storeEnvelope } from './archived-calls.ts';

/** What the store sends before it stops; each byte is a peak of several characters. */
const PIECE_BYTES = 64 * 1024;

type Waveform = {
  readonly perSecond: number;
  readonly seconds: number;
  readonly channels: readonly { readonly peaks: readonly number[] }[];
};

/** An envelope with these peaks (bytes), and energies that nobody should be shown. */
const envelopeWith = (...channels: Uint8Array[]): Buffer =>
  encodeEnvelope({
    channels: channels.map((peaks) => ({ peaks, energies: peaks.map(() => 255) })),
  });

// A byte is good to a fifth of a decibel.
const [FULL, HALF, TENTH] = [0, -6.02, -20].map(fromDecibels) as [number, number, number];
const AS_TENTH = 0.101;

describe('GET /calls/:callSid/waveform', () => {
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
    // Two seconds and a half, which end in the middle of a span at most rates.
    const left = new Uint8Array(50).fill(0);
    left.set([TENTH, HALF, TENTH], 0);
    left.set([FULL], 19);
    left.set([HALF], 20);
    left.set([TENTH], 49);
    const right = new Uint8Array(50).fill(TENTH);
    const columns = await storeEnvelope(sandbox, '1.1', envelopeWith(left, right));
    generation = columns.envelopeGeneration;
    await addCall(database, '1.1', { ...columns, heardSeconds: 2.48 });
  });
  after(() => stack.disposeAsync());

  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/calls/${path}`, {
      headers: { authorization: `Bearer ${reader.key}`, ...headers },
    });
  const waveformOf = async (path: string): Promise<Waveform> => {
    const response = await ask(path);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text) as Waveform;
  };
  async function assertProblem(response: Response, status: number, code: string) {
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.equal(response.headers.get('etag'), null);
    const problem = JSON.parse(text) as { code: string; detail: string; remedy: string };
    assert.equal(problem.code, code);
    return problem;
  }
  /** The answer as it goes over the wire, which `fetch` would hide. */
  const onTheWire = (path: string, encoding: string) =>
    new Promise<{ readonly encoding: string | undefined; readonly body: Buffer }>(
      (resolve, reject) => {
        const headers = { authorization: `Bearer ${reader.key}`, 'accept-encoding': encoding };
        request(`${gateway.url}/calls/${path}`, { headers }, (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('end', () =>
            resolve({
              encoding: response.headers['content-encoding'],
              body: Buffer.concat(pieces),
            }),
          );
          response.on('error', reject);
        })
          .on('error', reject)
          .end();
      },
    );

  it('has the greatest of each span, as a part of full scale, channel by channel', async () => {
    assert.deepEqual(await waveformOf('1.1/waveform?perSecond=1'), {
      perSecond: 1,
      seconds: 2.48,
      channels: [{ peaks: [1, 0.5, AS_TENTH] }, { peaks: [AS_TENTH, AS_TENTH, AS_TENTH] }],
    });
    const { channels } = await waveformOf('1.1/waveform?perSecond=20');
    const expected = Array.from({ length: 50 }, () => 0);
    [expected[0], expected[1], expected[2]] = [AS_TENTH, 0.5, AS_TENTH];
    [expected[19], expected[20], expected[49]] = [1, 0.5, AS_TENTH];
    assert.deepEqual(channels[0]?.peaks, expected);
  });

  it('has as many peaks a second as are asked for, four where nothing is said, and none is lost between spans', async () => {
    assert.equal((await waveformOf('1.1/waveform')).perSecond, 4);
    for (let perSecond = 1; perSecond <= FRAMES_PER_SECOND; perSecond += 1) {
      const { channels } = await waveformOf(`1.1/waveform?perSecond=${perSecond}`);
      for (const { peaks } of channels) assert.equal(peaks.length, Math.ceil(2.5 * perSecond));
      const peaks = channels[0]?.peaks ?? [];
      assert.equal(peaks[Math.floor((19 * perSecond) / FRAMES_PER_SECOND)], 1);
      assert.equal(peaks.at(-1), AS_TENTH);
    }
  });

  it('is compressed for whoever takes that, and the same for everybody', async () => {
    const plain = await onTheWire('1.1/waveform', 'identity');
    assert.equal(plain.encoding, undefined);
    for (const encoding of ['gzip', 'br, gzip;q=0.5', 'gzip, deflate, br, zstd']) {
      const compressed = await onTheWire('1.1/waveform', encoding);
      assert.equal(compressed.encoding, 'gzip');
      assert.deepEqual(gunzipSync(compressed.body), plain.body);
    }
    for (const encoding of ['', 'br', 'gzip;q=0'])
      assert.equal((await onTheWire('1.1/waveform', encoding)).encoding, undefined);
  });

  it('of three hours and two channels, once a second, has 150 kB at most, and a third of that compressed', async () => {
    // As unruly as speech is.
    const level = (_: unknown, at: number) => 100 + ((at * 2_654_435_761) % 156);
    const channel = Uint8Array.from({ length: 3 * 3_600 * FRAMES_PER_SECOND }, level);
    const columns = await storeEnvelope(sandbox, '2.1', envelopeWith(channel, channel));
    await addCall(database, '2.1', columns);
    const plain = await onTheWire('2.1/waveform?perSecond=1', 'identity');
    assert.equal((JSON.parse(String(plain.body)) as Waveform).channels[1]?.peaks.length, 10_800);
    assert.ok(plain.body.length < 150_000, `${plain.body.length} bytes`);
    const { body } = await onTheWire('2.1/waveform?perSecond=1', 'gzip');
    assert.ok(body.length < 50_000, `${body.length} bytes`);
  });

  it('need not be sent, nor read from the store, to whoever has it already', async () => {
    const response = await ask('1.1/waveform?perSecond=2');
    await response.text();
    const etag = response.headers.get('etag') ?? '';
    assert.match(etag, new RegExp(`^W/".*${generation}.*"$`));
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
    assert.equal(response.headers.get('vary'), 'accept-encoding');
    const before = await sandbox.hits('storage.objects.media');
    for (const held of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await ask('1.1/waveform?perSecond=2', { 'if-none-match': held });
      assert.equal(again.status, 304, held);
      assert.equal(await again.text(), '');
      assert.equal(again.headers.get('etag'), etag);
    }
    assert.equal(await sandbox.hits('storage.objects.media'), before);
    const other = await ask('1.1/waveform?perSecond=3', { 'if-none-match': etag });
    assert.equal(other.status, 200);
    await other.text();
  });

  it('is not known while nobody has listened to the recording that the row names', async () => {
    const columns = await storeEnvelope(sandbox, '3.1', envelopeWith(new Uint8Array(20)));
    const none = { envelopeUri: null, envelopeGeneration: null };
    await addCall(database, '3.1');
    await addCall(database, '3.2', { ...columns, ...none, heardSha256: null });
    await addCall(database, '3.3', { ...columns, sha256: 'that of another recording' });
    await addCall(database, '3.4', { ...columns, ...none, heard: { notHeard: 'CODEC' } });
    for (const [callSid, why] of [
      ['3.1', /is not archived yet/],
      ['3.2', /Nobody has listened/],
      ['3.3', /Nobody has listened/],
      ['3.4', /could not be decoded/],
    ] as const) {
      const response = await ask(`${callSid}/waveform`);
      assert.match((await assertProblem(response, 404, 'WAVEFORM_NOT_KNOWN')).detail, why);
    }
  });

  it('is never made from anything else than an envelope', async () => {
    const good = envelopeWith(new Uint8Array(20), new Uint8Array(20));
    const changed = (at: number, value: number) => {
      const bytes = Buffer.from(good);
      bytes.writeUInt8(value, at);
      return bytes;
    };
    const bad = {
      'a page': Buffer.from('<html>'.repeat(20)),
      'a few bytes': good.subarray(0, 5),
      'its header alone': good.subarray(0, 12),
      'its beginning': good.subarray(0, -1),
      'more than it says': Buffer.concat([good, Buffer.alloc(1)]),
      'another version': changed(4, 2),
      'no channels': changed(5, 0),
      'nine channels': changed(5, 9),
      'another rate': changed(6, 50),
      'more frames than bytes': changed(11, 255),
    };
    for (const [name, bytes] of Object.entries(bad)) {
      const callSid = `4.${name.replaceAll(' ', '-')}`;
      await addCall(database, callSid, await storeEnvelope(sandbox, callSid, bytes));
      const response = await ask(`${callSid}/waveform`);
      const { remedy } = await assertProblem(response, 404, 'WAVEFORM_UNREADABLE');
      assert.match(remedy, /reprocess from archiveRecording/);
    }
  });

  it('answers 503 while the store is away, refuses the gateway or sends something else, and 404 when it has lost the object', async () => {
    const faults = [
      ['objects.get', { status: 503 }, 503, 'STORAGE_UNAVAILABLE'],
      ['objects.get', { status: 403 }, 503, 'STORAGE_CREDENTIALS_REFUSED'],
      ['objects.get', { status: 429 }, 503, 'STORAGE_RATE_LIMITED'],
      ['objects.get', { status: 404 }, 404, 'STORAGE_OBJECT_MISSING'],
      ['objects.get', { reset: true }, 503, 'STORAGE_UNAVAILABLE'],
      ['objects.media', { status: 500 }, 503, 'STORAGE_UNAVAILABLE'],
      ['objects.media', { body: 'a page of a proxy' }, 503, 'STORAGE_UNAVAILABLE'],
      ['objects.media', { cutAfterBytes: 5 }, 503, 'STORAGE_UNAVAILABLE'],
    ] as const;
    for (const [operation, action, status, code] of faults) {
      await sandbox.fault({ system: 'storage', operation, action });
      const { remedy } = await assertProblem(await ask('1.1/waveform'), status, code);
      assert.doesNotMatch(remedy, /signal|workers/);
    }
  });

  it('breaks off an answer whose end does not come, compressed or not', async () => {
    const columns = await storeEnvelope(sandbox, '5.1', envelopeWith(new Uint8Array(200_000)));
    await addCall(database, '5.1', columns);
    for (const encoding of ['identity', 'gzip']) {
      await sandbox.fault({
        system: 'storage',
        operation: 'objects.media',
        action: { cutAfterBytes: 150_000 },
      });
      const response = await ask('5.1/waveform', { 'accept-encoding': encoding });
      assert.equal(response.status, 200);
      await assert.rejects(response.text(), encoding);
    }
  });

  it('stands beside what the call says about who spoke for how long', async () => {
    const heard = {
      sha256: 'a hash',
      heardSha256: 'a hash',
      heard: {
        channels: [],
        talk: {
          channelSeconds: [12.5, 30],
          silenceSeconds: 4,
          longestSilenceSeconds: 3.25,
          interruptions: 2,
        },
      },
    };
    await addCall(database, '7.1', { ...heard, direction: 'outbound' });
    await addCall(database, '7.2');
    const talkOf = async (callSid: string) =>
      ((await (await ask(callSid)).json()) as { readonly talk: unknown }).talk;
    assert.deepEqual(await talkOf('7.1'), {
      callerSeconds: 30,
      agentSeconds: 12.5,
      silenceSeconds: 4,
      longestSilenceSeconds: 3.25,
      interruptions: 2,
    });
    assert.equal(await talkOf('7.2'), null);
  });

  it('wants a key that may read calls', async () => {
    for (const [authorization, status] of [
      ['', 401],
      [`Bearer ${starter.key}`, 403],
    ] as const) {
      assert.equal((await ask('1.1/waveform', { authorization })).status, status);
    }
  });

  it('refuses what is no rate of peaks and parameters that it does not know', async () => {
    for (const query of ['perSecond=0', 'perSecond=21', 'perSecond=1.5', 'perSecond=', 'per=1']) {
      await assertProblem(await ask(`1.1/waveform?${query}`), 400, 'INVALID_INPUT');
    }
    await assertProblem(await ask('1.1/waveform?perSecond=1&perSecond=2'), 400, 'INVALID_INPUT');
  });

  it('leaves what is not read in the store, and ends the request there when its reader leaves', async () => {
    const [channels, frames] = [8, 24 * 3_600 * FRAMES_PER_SECOND];
    const size = ENVELOPE_HEADER_BYTES + 2 * channels * frames;
    const head = envelopeWith(...Array.from({ length: channels }, () => new Uint8Array(0)));
    head.writeUInt32LE(frames, 8);
    const store = await startEndlessStore(size, head);
    stack.defer(() => store.close());
    const other = await startOwnGateway(testDatabase.url, {
      RECORDINGS_BUCKET: 'bucket',
      STORAGE_API_ENDPOINT: store.url,
    });
    stack.defer(() => other.remove());
    const envelope = { envelopeUri: 'gs://bucket/1.envelope', envelopeGeneration: '1' };
    const heard = { sha256: 'a hash', heardSha256: 'a hash' };
    await addCall(database, '6.1', { recordingUrl: 'gs://bucket/1.wav', ...envelope, ...heard });
    const open = (encoding: string) =>
      openRawConnection(
        other.port,
        `GET /calls/6.1/waveform?perSecond=20 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n\r\n`,
      );
    const slow = await open('identity');
    await waitFor('the answer', async () => slow.received().startsWith('HTTP/1.1 200'));
    slow.socket.pause();
    let last = -1;
    await waitFor('the store to be quiet', async () => {
      const isQuiet = store.sentBytes() === last;
      last = store.sentBytes();
      return isQuiet;
    });
    assert.ok(last < size * 0.75, `${last} of ${size} bytes`);
    slow.socket.destroy();
    await waitFor('the store to be left', async () => store.open() === 0);
    store.stall();
    for (const encoding of ['identity', 'gzip']) {
      const waiting = await open(encoding);
      // All that the store has sent was passed on, but for what is compressed, which is held until there is more of it.
      await waitFor('the store to be asked', async () => store.open() === 1);
      const least = encoding === 'identity' ? PIECE_BYTES : 0;
      await waitFor('what it sent', async () => waiting.received().length >= least);
      waiting.socket.destroy();
      const leftAt = performance.now();
      await waitFor('the store to be left', async () => store.open() === 0);
      // Ten seconds later, it would have been left because it sends nothing.
      assert.ok(performance.now() - leftAt < 5_000, encoding);
    }
  });
});
