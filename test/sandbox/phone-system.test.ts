// The phone system's stand-in answers in every format that the real one is known to use, and each
// scripted fault reaches the client as the fault it is named after.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PHONE_SYSTEM_CREDENTIALS } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const SAMPLES_DIR = join(import.meta.dirname, '../../sandbox/samples');
/** The first sample: nested data, an array of responses. */
const MONO = { recordgroup: '20417', recordid: '90411', uniqueid: '1772443820.1041' };
const MONO_WAV = readFileSync(join(SAMPLES_DIR, '01-printer-mono.wav'));
const AUTH = {
  auth_username: PHONE_SYSTEM_CREDENTIALS.username,
  auth_password: PHONE_SYSTEM_CREDENTIALS.password,
};

type Envelope = Record<string, unknown> & {
  responses: { code: unknown } | [{ code: unknown }];
};
/** The content of `data` in the nested format. */
type Nested = Record<string, unknown> & { data: string };

function isNested(data: unknown): data is Nested {
  return typeof data === 'object' && data !== null && 'data' in data;
}

describe('sandbox phone system', () => {
  let dataDir: string;
  let sandbox: Sandbox;

  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sandbox-phone-'));
    sandbox = await startSandbox({ dataDir });
  });

  after(async () => {
    await sandbox?.stop();
    rmSync(dataDir, { recursive: true });
  });

  beforeEach(() => control('POST', '/reset'));

  async function control(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(sandbox.addresses.controlUrl + path, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response;
  }

  function script(action: unknown): Promise<Response> {
    return control('POST', '/faults', { system: 'phoneSystem', callSid: MONO.uniqueid, action });
  }

  function get(parameters: Record<string, string>, separator = '&'): Promise<Response> {
    const pairs = Object.entries({ ...AUTH, ...parameters });
    const query = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    const path = '/api/json/recording/recordings/get';
    return fetch(`${sandbox.addresses.phoneSystemUrl}${path}?${query.join(separator)}`);
  }

  async function getEnvelope(parameters: Record<string, string>, separator?: string) {
    const response = await get({ encoding: 'base64', sha1: '1', ...parameters }, separator);
    assert.equal(response.status, 200);
    const envelope: Envelope = JSON.parse(await response.text());
    return envelope;
  }

  function codeOf({ responses }: Envelope): unknown {
    return Array.isArray(responses) ? responses[0].code : responses.code;
  }

  function nestedIn({ data }: Envelope): Nested {
    assert.ok(isNested(data), 'data must be an object that contains data');
    return data;
  }

  it('returns the recording as base64 with its fields, sha1 and size, with either separator', async () => {
    for (const separator of ['&', ';']) {
      const envelope = await getEnvelope(MONO, separator);
      assert.equal(codeOf(envelope), 200);
      const { data, ...fields } = nestedIn(envelope);
      assert.ok(Buffer.from(data, 'base64').equals(MONO_WAV));
      assert.equal(fields['size'], MONO_WAV.length);
      assert.equal(fields['sha1'], createHash('sha1').update(MONO_WAV).digest('hex'));
      assert.equal(fields['mimetype'], 'audio/x-wav');
      assert.equal(fields['snumber'], '02079460101');
      assert.equal(fields['uniqueid'], MONO.uniqueid);
    }
  });

  it('answers in the other formats too: base64 directly in data, responses as an object, facts after the audio', async () => {
    const flat = await getEnvelope({ recordgroup: '20417', recordid: '90427' });
    const wav = readFileSync(join(SAMPLES_DIR, '02-email-two-channels.wav'));
    assert.ok(Buffer.from(String(flat.data), 'base64').equals(wav));
    assert.equal(flat['size'], wav.length);
    assert.equal(flat['snumber'], '+441614960110');
    const mp3 = await getEnvelope({ recordgroup: '20417', recordid: '90533' });
    assert.equal(codeOf(mp3), '200');
    const data = nestedIn(mp3);
    assert.equal(data['mimetype'], 'audio/mpeg');
    assert.deepEqual(Object.keys(data).slice(-3), ['data', 'size', 'sha1']);
  });

  it('returns raw bytes when no encoding is requested, and the sha1 only on request', async () => {
    const raw = await get(MONO);
    assert.equal(raw.headers.get('content-type'), 'audio/x-wav');
    assert.ok(Buffer.from(await raw.arrayBuffer()).equals(MONO_WAV));
    const envelope = await getEnvelope({ ...MONO, sha1: '0' });
    assert.ok(!('sha1' in nestedIn(envelope)));
  });

  it('refuses inside HTTP 200, and treats a wrong group like a recording that never existed', async () => {
    assert.equal(codeOf(await getEnvelope({ ...MONO, auth_password: 'wrong' })), 401);
    assert.equal(codeOf(await getEnvelope({ recordgroup: '20417' })), 400);
    assert.equal(codeOf(await getEnvelope({ ...MONO, encoding: 'hex' })), 400);
    const wrongGroup = await getEnvelope({ ...MONO, recordgroup: '1' });
    const missing = await getEnvelope({ recordgroup: '20417', recordid: '1' });
    assert.equal(codeOf(wrongGroup), 404);
    assert.deepEqual(wrongGroup, missing);
  });

  it('counts each request for its call', async () => {
    await getEnvelope(MONO);
    await getEnvelope({ ...MONO, recordgroup: '1' });
    await getEnvelope({ recordgroup: '20417', recordid: '90427' });
    const hits = await (await control('GET', '/hits')).json();
    assert.deepEqual(hits, {
      total: { 'phoneSystem.recordings.get': 3 },
      calls: {
        [MONO.uniqueid]: { 'phoneSystem.recordings.get': 2 },
        '1772445107.1042': { 'phoneSystem.recordings.get': 1 },
      },
    });
  });

  it('answers once with the scripted status, headers, page or envelope code, and then normally', async () => {
    await script({ status: 503, headers: { 'retry-after': '7' } });
    const unavailable = await get(MONO);
    assert.equal(unavailable.status, 503);
    assert.equal(unavailable.headers.get('retry-after'), '7');
    await script({ body: '<html>Please log in</html>', headers: { 'content-type': 'text/html' } });
    const page = await get(MONO);
    assert.equal(page.status, 200);
    assert.equal(await page.text(), '<html>Please log in</html>');
    await script({ envelopeCode: 403 });
    assert.equal(codeOf(await getEnvelope(MONO)), 403);
    assert.equal(codeOf(await getEnvelope(MONO)), 200);
  });

  it('claims a wrong hash or size, or corrupts the base64, as scripted', async () => {
    await script({ claimSha1: '00', claimSize: 5 });
    const data = nestedIn(await getEnvelope(MONO));
    assert.deepEqual([data['sha1'], data['size']], ['00', 5]);
    const spoiled = { 'bad-alphabet': /^\*!\?#/, whitespace: /\r\n/, 'data-uri': /^data:/ };
    for (const [base64, pattern] of Object.entries(spoiled)) {
      await script({ base64 });
      const { data: text } = nestedIn(await getEnvelope(MONO));
      assert.match(text, pattern);
    }
    await script({ base64: 'bad-length' });
    const { data: text } = nestedIn(await getEnvelope(MONO));
    assert.equal(text.length % 4, 1);
  });

  it('truncates the body after the scripted number of bytes, so that the client notices', async () => {
    await script({ cutAfterBytes: 1000 });
    const response = await get(MONO);
    assert.equal(response.headers.get('content-length'), String(MONO_WAV.length));
    let received = 0;
    await assert.rejects(async () => {
      for await (const chunk of response.body ?? []) {
        received += chunk.length;
      }
    }, /terminated/);
    assert.equal(received, 1000);
    await script({ cutAfterBytes: 5000 });
    await assert.rejects(getEnvelope(MONO), /terminated/);
  });

  it('slows down the body, delays, hangs, and resets the connection, as scripted', async () => {
    const seconds = async (work: Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await work;
      return (performance.now() - start) / 1000;
    };
    // A quarter of the audio per tenth of a second.
    await script({ bytesPerSecond: MONO_WAV.length * 2.5 });
    const slowed = await seconds(get(MONO).then((response) => response.arrayBuffer()));
    assert.ok(slowed > 0.25, `${slowed} s`);
    await script({ delayMs: 150 });
    assert.ok((await seconds(getEnvelope(MONO))) >= 0.149);
    await script({ reset: true });
    await assert.rejects(get(MONO), /fetch failed/);
    await script({ hang: true });
    const query = new URLSearchParams({ ...AUTH, ...MONO }).toString();
    const url = `${sandbox.addresses.phoneSystemUrl}/api/json/recording/recordings/get?${query}`;
    await assert.rejects(fetch(url, { signal: AbortSignal.timeout(200) }), {
      name: 'TimeoutError',
    });
    assert.equal(codeOf(await getEnvelope(MONO)), 200);
  });

  it('serves a generated recording with the hash that it stated', async () => {
    const added = await control('POST', '/recordings', {
      callRecordingId: '1772000000.1',
      recordgroup: '9',
      recordid: '9',
      words: [],
      audio: { generate: { kind: 'noise', sizeBytes: 3_000_001 } },
    });
    const { sha1 }: { sha1: string } = JSON.parse(await added.text());
    const envelope = await getEnvelope({ recordgroup: '9', recordid: '9' });
    const data = nestedIn(envelope);
    const audio = Buffer.from(data.data, 'base64');
    assert.equal(createHash('sha1').update(audio).digest('hex'), sha1);
    assert.deepEqual([data['sha1'], data['size'], audio.length], [sha1, 3_000_001, 3_000_001]);
  });
});
