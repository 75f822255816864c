// Guarantees what the phone system is asked for, what is read from its answers, and how its refusals are reported.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { sendJson } from '../../support/http-server.ts';
import { withoutPlace } from '../../support/place.ts';
import {
  AUDIO,
  createReceiver,
  envelope,
  failureOf,
  KEY,
  never,
  recording,
  SECRET,
  withPhoneSystem,
} from './support.ts';

/** Fetches from a phone system that gives one answer. */
async function fetchFrom(body: string, status = 200, headers: Record<string, string> = {}) {
  const receiver = createReceiver();
  const fetched = await withPhoneSystem(
    (response) => sendJson(response, body, status, headers),
    ({ client }) => client.fetchRecording(KEY, receiver.receive, never),
  );
  return { ...fetched, audio: receiver.received() };
}

describe('the phone system client', () => {
  it('requests one recording, uncompressed, as base64 with its sha1, and URL-encodes the IDs', async () => {
    const hostile = {
      callSid: '1&recordgroup=other',
      recordgroup: '../../x?#',
      recordid: 'a b/%2e',
    };
    await withPhoneSystem(
      (response) => sendJson(response, envelope(recording())),
      async ({ client, server }) => {
        await client.fetchRecording(hostile, createReceiver().receive, never);
        const [request] = server.requests;
        const url = new URL(request?.url ?? '', server.url);
        assert.equal(url.pathname, '/api/json/recording/recordings/get');
        assert.deepEqual(Object.fromEntries(url.searchParams), {
          auth_username: 'api user',
          auth_password: SECRET,
          recordgroup: '../../x?#',
          uniqueid: '1&recordgroup=other',
          recordid: 'a b/%2e',
          encoding: 'base64',
          sha1: '1',
        });
        assert.equal([...url.searchParams.keys()].length, 7);
        assert.equal(request?.headers['accept-encoding'], 'identity');
      },
    );
  });

  it('returns the audio, its size, its sha256 and the metadata exactly as they were sent', async () => {
    const fetched = await fetchFrom(
      envelope(
        recording({
          snumber: ' +44 (0)20 7946 0123 ',
          cnumber: 442079460456,
          dnumber: '',
          start: '1700000123',
          mimetype: 'audio/x-wav',
          unknown: { nested: [1, { data: 'ignored' }] },
        }),
      ),
    );
    assert.deepEqual(fetched.audio, AUDIO);
    assert.equal(fetched.received, 'stored');
    assert.equal(fetched.sizeBytes, AUDIO.length);
    assert.equal(fetched.sha256, createHash('sha256').update(AUDIO).digest('hex'));
    assert.deepEqual(fetched.metadata, {
      snumber: ' +44 (0)20 7946 0123 ',
      cnumber: '442079460456',
      dnumber: '',
      calleridInternal: null,
      startedAt: new Date(1_700_000_123_000),
      mimeType: 'audio/x-wav',
    });
  });

  it('removes characters that the database refuses from the metadata', async () => {
    const fields = { snumber: '+44\u000020', mimetype: 'audio/wav\ud83d' };
    const { metadata } = await fetchFrom(envelope(recording(fields)));
    assert.deepEqual([metadata.snumber, metadata.mimeType], ['+44 20', 'audio/wav ']);
  });

  it('reads a flat reply: base64 directly in data, the metadata beside it and a single response object', async () => {
    const { data, ...fields } = recording({ callerid_internal: 201, start: 0, mimetype: null });
    const responses = { code: '200', message: 'OK' };
    for (const body of [
      { responses, ...fields, data },
      { data, ...fields, responses },
    ]) {
      const fetched = await fetchFrom(JSON.stringify(body));
      assert.deepEqual(fetched.audio, AUDIO);
      assert.equal(fetched.metadata.calleridInternal, '201');
      assert.equal(fetched.metadata.snumber, '02079460123');
      assert.deepEqual([fetched.metadata.startedAt, fetched.metadata.mimeType], [null, null]);
    }
  });

  it('reads base64 whose slashes are escaped, as PHP writes them', async () => {
    const audio = Buffer.alloc(200_000, 0xff);
    const body = envelope(recording({}, audio)).replaceAll('/', '\\/');
    assert.deepEqual((await fetchFrom(body)).audio, audio);
  });

  it('accepts an upper-case sha1, and a reply without sha1 and size', async () => {
    const sha1 = String(recording()['sha1']).toUpperCase();
    assert.deepEqual((await fetchFrom(envelope(recording({ sha1 })))).audio, AUDIO);
    assert.deepEqual((await fetchFrom(envelope({ data: AUDIO.toString('base64') }))).audio, AUDIO);
  });

  const refusals = [
    [400, 'PHONE_SYSTEM_BAD_REQUEST'],
    [401, 'PHONE_SYSTEM_CREDENTIALS_REFUSED'],
    [402, 'PHONE_SYSTEM_CREDENTIALS_REFUSED'],
    [403, 'PHONE_SYSTEM_CREDENTIALS_REFUSED'],
    [404, 'RECORDING_NOT_FOUND'],
    [410, 'RECORDING_NOT_FOUND'],
    [418, 'PHONE_SYSTEM_BAD_REQUEST'],
    [429, 'PHONE_SYSTEM_RATE_LIMITED'],
    [500, 'PHONE_SYSTEM_UNAVAILABLE'],
    [503, 'PHONE_SYSTEM_UNAVAILABLE'],
  ] as const;
  for (const [status, code] of refusals) {
    it(`reports ${status} as ${code}, whether as HTTP status or inside HTTP 200, and passes on no audio`, async () => {
      const bodies = [
        { status, body: '<h1>no</h1>' },
        { status: 200, body: JSON.stringify({ responses: [{ code: status }], data: null }) },
        { status: 200, body: JSON.stringify({ responses: { code: String(status) }, data: [] }) },
        {
          status: 200,
          body: envelope(recording(), { responses: [{ code: 200 }, { code: status }] }),
        },
      ];
      for (const { status: httpStatus, body } of bodies) {
        const receiver = createReceiver();
        await withPhoneSystem(
          (response) => sendJson(response, body, httpStatus),
          async ({ client }) => {
            const fetching = client.fetchRecording(KEY, receiver.receive, never);
            await assert.rejects(fetching, { name: 'ServiceError', code });
          },
        );
        assert.equal(receiver.state.calls, 0);
      }
    });
  }

  it('does not complete a recording whose refusal follows the audio', async () => {
    const body = `{"data":${JSON.stringify(recording())},"responses":[{"code":401}]}`;
    const receiver = createReceiver();
    await withPhoneSystem(
      (response) => sendJson(response, body),
      async ({ client }) => {
        const fetching = client.fetchRecording(KEY, receiver.receive, never);
        await assert.rejects(fetching, { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED' });
      },
    );
    assert.equal(receiver.state.completed, false);
  });

  it('reports with a 404 what was requested: the group, the record ID and the form of the uniqueid', async () => {
    const body = JSON.stringify({ responses: [{ code: 404 }], data: null });
    await assert.rejects(fetchFrom(body), {
      context: {
        status: 404,
        from: 'envelope',
        recordgroup: 'main',
        recordid: '7',
        uniqueidForm: 'with a dot',
      },
    });
  });

  it('reports HTTP 204 as a recording without audio', async () => {
    await assert.rejects(fetchFrom('', 204), { code: 'RECORDING_UNREADABLE' });
  });

  it('passes on Retry-After', async () => {
    await assert.rejects(fetchFrom('', 429, { 'retry-after': '7' }), { retryAfterMs: 7000 });
    await assert.rejects(fetchFrom('', 503, { 'retry-after': '7' }), { retryAfterMs: 7000 });
  });

  it('never follows a redirect, so that only the configured host receives the credentials', async () => {
    await withPhoneSystem(
      (response) => sendJson(response, envelope(recording())),
      async ({ server: other }) => {
        const fetching = fetchFrom('', 302, { location: `${other.url}/api/json` });
        await assert.rejects(fetching, { code: 'PHONE_SYSTEM_REPLY_INVALID' });
        assert.equal(other.requests.length, 0);
      },
    );
  });

  it('includes no credentials, body or address in any error, apart from the host', async () => {
    const answers: [string, number][] = [
      ['{"responses":[{"code":404,"message":"told-by-upstream"}]}', 200],
      ['told-by-upstream', 401],
      ['<html>told-by-upstream</html>', 200],
      ['{"told-by-upstream', 200],
      ['', 302],
    ];
    for (const [body, status] of answers) {
      const error = await failureOf(fetchFrom(body, status));
      withoutPlace(error.message);
      const seen = inspect(error, { depth: 9, showHidden: true });
      for (const secret of [
        'correct',
        'battery',
        'api user',
        'api+user',
        '/api/json',
        'told-by-upstream',
      ]) {
        assert.ok(!seen.includes(secret), `${secret} in ${seen}`);
      }
    }
  });
});
