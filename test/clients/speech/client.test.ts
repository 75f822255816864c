// Guarantees what a submission requests, that it is paid for once, and that every refusal has its own code.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { status } from '@grpc/grpc-js';

import { createSpeech } from '../../../src/clients/speech/client.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { AUDIO, CONFIG, PREFIX, REQUEST, assertFails, createSpeechRig, failure } from './rig.ts';

const { signal } = new AbortController();
const run = promisify(execFile);
const rig = createSpeechRig();

describe('the speech client', () => {
  afterEach(() => rig.close());

  it('submits the address of the audio, with word times, and the prefix for the result', async () => {
    const client = await rig.clientOf();
    assert.equal(await client.submit(REQUEST, signal), 'operations/1');
    const [request] = rig.server().submissions;
    assert.equal(request?.recognizer, 'projects/project/locations/eu/recognizers/_');
    assert.deepEqual(
      request?.files?.map(({ uri }) => uri),
      [AUDIO.uri],
    );
    assert.equal(request?.recognitionOutputConfig?.gcsOutputConfig?.uri, PREFIX);
    const { config } = request ?? {};
    assert.equal(config?.model, 'telephony');
    assert.deepEqual(config?.languageCodes, ['en-GB', 'en-US']);
    assert.ok(config?.autoDecodingConfig);
    assert.equal(config?.features?.enableWordTimeOffsets, true);
    assert.equal(config?.adaptation, null);
  });

  it('uses plaintext without credentials for an http:// endpoint', async () => {
    await (await rig.clientOf()).poll('operations/1', signal);
    assert.equal(rig.server().lastMetadata()['authorization'], undefined);
  });

  it('does not request credentials from a metadata server for an http:// endpoint', async () => {
    // In a separate process, because the library asks once per process and remembers the answer.
    const metadata = await startHttpServer((_, response) => response.writeHead(404).end());
    try {
      await rig.clientOf();
      const module = new URL('../../../src/clients/speech/client.ts', import.meta.url);
      const script = `
        import { createSpeech } from ${JSON.stringify(module.href)};
        const speech = createSpeech({ projectId: 'p', location: 'eu', model: 'telephony',
          languageCodes: ['en-GB'], phrases: [], apiEndpoint: ${JSON.stringify(rig.server().endpoint)} });
        await speech.poll('operations/1', new AbortController().signal);
        await speech.close();`;
      const host = metadata.url.replace('http://', '');
      await run(process.execPath, ['--input-type=module', '--eval', script], {
        env: { ...process.env, GCE_METADATA_HOST: host },
      });
      assert.deepEqual(rig.server().calls, ['GetOperation']);
      assert.equal(metadata.requests.length, 0);
    } finally {
      await metadata.close();
    }
  });

  for (const name of ['UNAVAILABLE', 'DEADLINE_EXCEEDED'] as const) {
    it(`sends a submission once when the answer is ${name}`, async () => {
      const client = await rig.clientOf({ submit: () => ({ status: status[name] }) });
      await assertFails(client.submit(REQUEST, signal), 'SPEECH_UNAVAILABLE');
      assert.equal(rig.server().submissions.length, 1);
    });
  }

  const refusals: readonly [keyof typeof status, ErrorCode][] = [
    ['INVALID_ARGUMENT', 'SPEECH_INVALID_ARGUMENT'],
    ['FAILED_PRECONDITION', 'SPEECH_INVALID_ARGUMENT'],
    ['OUT_OF_RANGE', 'SPEECH_INVALID_ARGUMENT'],
    ['UNIMPLEMENTED', 'SPEECH_INVALID_ARGUMENT'],
    ['NOT_FOUND', 'SPEECH_AUDIO_NOT_FOUND'],
    ['PERMISSION_DENIED', 'SPEECH_CREDENTIALS_REFUSED'],
    ['UNAUTHENTICATED', 'SPEECH_CREDENTIALS_REFUSED'],
    ['RESOURCE_EXHAUSTED', 'SPEECH_QUOTA_EXCEEDED'],
    ['INTERNAL', 'SPEECH_UNAVAILABLE'],
    ['UNKNOWN', 'SPEECH_UNAVAILABLE'],
    ['ABORTED', 'SPEECH_UNAVAILABLE'],
  ];
  for (const [name, code] of refusals) {
    it(`reports ${name} for a submission as ${code}`, async () => {
      const client = await rig.clientOf({ submit: () => ({ status: status[name] }) });
      const error = await failure(client.submit(REQUEST, signal));
      assert.equal(error.code, code);
      assert.equal(error.context['operationEnded'], undefined);
      assert.equal(rig.server().submissions.length, 1);
    });
  }

  it('distinguishes a refused token from an outage', async () => {
    const details =
      'Getting metadata from plugin failed with error: invalid_grant: account not found';
    const client = await rig.clientOf({ submit: () => ({ status: status.UNKNOWN, details }) });
    const submitted = client.submit(REQUEST, signal);
    await assertFails(submitted, 'SPEECH_CREDENTIALS_REFUSED');
  });

  it('reports a refused connection as SPEECH_UNAVAILABLE', async () => {
    const client = await rig.clientOf();
    rig.server().stop();
    await assertFails(client.poll('operations/1', signal), 'SPEECH_UNAVAILABLE');
  });

  it('sets a deadline of half a minute on every request', async () => {
    const client = await rig.clientOf();
    await client.submit(REQUEST, signal);
    await client.poll('operations/1', signal);
    await client.findOperation(PREFIX, signal);
    assert.equal(rig.server().deadlines.length, 3);
    assert.ok(rig.server().deadlines.every((at) => at > Date.now() && at <= Date.now() + 30_000));
  });

  it('rejects with the reason of an abort, before and during a request', async () => {
    const reason = new Error('cancelled by the test');
    let controller = new AbortController();
    const hang = () => {
      controller.abort(reason);
      return 'hang' as const;
    };
    const client = await rig.clientOf({ submit: hang, get: hang, list: hang });
    const requests = [
      () => client.submit(REQUEST, controller.signal),
      () => client.poll('operations/1', controller.signal),
      () => client.findOperation(PREFIX, controller.signal),
    ];
    for (const request of requests) {
      controller = new AbortController();
      await assert.rejects(request, reason);
      await assert.rejects(request, reason);
    }
    assert.deepEqual(rig.server().calls, ['BatchRecognize', 'GetOperation', 'ListOperations']);
  });

  it('reports missing credentials as an error, and can be used again', async () => {
    const variable = 'GOOGLE_APPLICATION_CREDENTIALS';
    const before = process.env[variable];
    process.env[variable] = '/nowhere/key.json';
    try {
      const speech = createSpeech({ ...CONFIG, apiEndpoint: 'https://127.0.0.1:1' });
      await assertFails(speech.poll('operations/1', signal), 'SPEECH_CREDENTIALS_REFUSED');
      await assertFails(speech.poll('operations/1', signal), 'SPEECH_CREDENTIALS_REFUSED');
    } finally {
      if (before === undefined) delete process.env[variable];
      else process.env[variable] = before;
    }
  });
});
