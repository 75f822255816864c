// Guarantees that an operation is found again by its prefix, and that every way it can end has its own code.
import assert from 'node:assert/strict';

import { status } from '@grpc/grpc-js';

import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { AUDIO, DONE, PREFIX, RESULT, assertFails, failure, createSpeechRig } from './rig.ts';
import { metadataOf, responseOf, type Operation } from './support.ts';

const { signal } = new AbortController();
const rig = createSpeechRig();

describe('the speech client, polling an operation', () => {
  afterEach(() => rig.close());

  it('reports the progress of an operation', async () => {
    const metadata = metadataOf(PREFIX, { progressPercent: 40 });
    const client = await rig.clientOf({ get: (name) => ({ name, metadata }) });
    assert.deepEqual(await client.poll('operations/1', signal), {
      state: 'RUNNING',
      progressPercent: 40,
    });
  });

  it('reports unknown progress when Google states none', async () => {
    const client = await rig.clientOf({ get: (name) => ({ name }) });
    assert.deepEqual(await client.poll('operations/1', signal), {
      state: 'RUNNING',
      progressPercent: null,
    });
  });

  it('returns the address of the result, from the older field too', async () => {
    const older = { ...DONE, response: responseOf({ [AUDIO.uri]: { uri: RESULT } }) };
    const client = await rig.clientOf({ get: (name) => (name.endsWith('1') ? DONE : older) });
    for (const name of ['operations/1', 'operations/2']) {
      assert.deepEqual(await client.poll(name, signal), { state: 'DONE', resultUri: RESULT });
    }
  });

  it('tells what was billed, wherever the operation states it, and nothing where it does not', async () => {
    const output = { cloudStorageResult: { uri: RESULT } };
    const metadata = { totalBilledDuration: { seconds: 4 } };
    const responses = [
      responseOf({ [AUDIO.uri]: output }, { seconds: 4 }),
      responseOf({ [AUDIO.uri]: { ...output, metadata } }),
      responseOf({ [AUDIO.uri]: { ...output, metadata: {} } }, { seconds: 0 }),
    ];
    const client = await rig.clientOf({
      get: (name) => ({ ...DONE, response: responses[Number(name.at(-1))] ?? null }),
    });
    const told: unknown[] = [];
    for (const index of responses.keys()) {
      const state = await client.poll(`operations/${index}`, signal);
      told.push(state.state === 'DONE' ? state.billedSeconds : state);
    }
    assert.deepEqual(told, [4, 4, undefined]);
  });

  it('reports an operation that Google does not know as lost', async () => {
    const client = await rig.clientOf({ get: () => ({ status: status.NOT_FOUND }) });
    await assertFails(client.poll('operations/1', signal), 'SPEECH_OPERATION_LOST');
  });

  const ends: readonly [string, Operation, ErrorCode][] = [
    ['with INTERNAL', { error: { code: status.INTERNAL } }, 'SPEECH_OPERATION_FAILED'],
    ['with CANCELLED', { error: { code: status.CANCELLED } }, 'SPEECH_OPERATION_FAILED'],
    [
      'with INVALID_ARGUMENT',
      { error: { code: status.INVALID_ARGUMENT } },
      'SPEECH_INVALID_ARGUMENT',
    ],
    [
      'with PERMISSION_DENIED',
      { error: { code: status.PERMISSION_DENIED } },
      'SPEECH_CREDENTIALS_REFUSED',
    ],
    ['with NOT_FOUND', { error: { code: status.NOT_FOUND } }, 'SPEECH_AUDIO_NOT_FOUND'],
    ['with neither response nor error', {}, 'SPEECH_OPERATION_EMPTY'],
    ['without a result', { response: responseOf({}) }, 'SPEECH_RESULT_MISSING'],
    ['without a result file', { response: responseOf({ a: {} }) }, 'SPEECH_RESULT_MISSING'],
    [
      'with a result outside Cloud Storage',
      { response: responseOf({ a: { uri: 'https://evil.invalid/' } }) },
      'SPEECH_RESULT_MISSING',
    ],
    [
      'with bytes that are not a response',
      { response: { type_url: 'x', value: Buffer.from([255]) } },
      'SPEECH_RESULT_MISSING',
    ],
    ['with INVALID_ARGUMENT for the file', fileError('INVALID_ARGUMENT'), 'SPEECH_FILE_REFUSED'],
    ['with INTERNAL for the file', fileError('INTERNAL'), 'SPEECH_FILE_FAILED'],
    ['with NOT_FOUND for the file', fileError('NOT_FOUND'), 'SPEECH_AUDIO_NOT_FOUND'],
    [
      'with PERMISSION_DENIED for the file',
      fileError('PERMISSION_DENIED'),
      'SPEECH_CREDENTIALS_REFUSED',
    ],
  ];
  for (const [how, end, code] of ends) {
    it(`reports an operation that ends ${how} as ${code}, to be submitted again`, async () => {
      const client = await rig.clientOf({ get: (name) => ({ name, done: true, ...end }) });
      const error = await failure(client.poll('operations/1', signal));
      assert.equal(error.code, code);
      assert.equal(error.context['operationEnded'], true);
    });
  }

  it('does not mistake an outage while polling for the end of the operation', async () => {
    const client = await rig.clientOf({ get: () => ({ status: status.UNAVAILABLE }) });
    const error = await failure(client.poll('operations/1', signal));
    assert.equal(error.code, 'SPEECH_UNAVAILABLE');
    assert.equal(error.context['operationEnded'], undefined);
    assert.deepEqual(rig.server().calls, ['GetOperation']);
  });

  it('finds its operation by the prefix: the newest that did not fail, on any page', async () => {
    const ours = (name: string, createdAt: number, more: Operation = {}): Operation => ({
      name,
      metadata: metadataOf(PREFIX, { createdAt }),
      ...more,
    });
    const pages: Record<string, { operations: Operation[]; nextPageToken?: string }> = {
      '': {
        operations: [
          {
            name: 'foreign',
            metadata: metadataOf('gs://archive/transcripts/1/two/', { createdAt: 9 }),
          },
          { name: 'without metadata' },
          {
            name: 'not a speech operation',
            metadata: { type_url: 'x', value: Buffer.from([255]) },
          },
          ours('oldest', 1),
        ],
        nextPageToken: 'second',
      },
      second: {
        operations: [
          ours('newest', 3, { done: true, response: DONE.response ?? null }),
          ours('failed', 5, { done: true, error: { code: status.INTERNAL } }),
          ours('refused file', 6, { done: true, ...fileError('INTERNAL') }),
          ours('older', 2),
        ],
      },
    };
    const client = await rig.clientOf({
      list: ({ name, pageToken }) => {
        assert.equal(name, 'projects/project/locations/eu');
        return pages[pageToken ?? ''] ?? { operations: [] };
      },
    });
    assert.equal(await client.findOperation(PREFIX, signal), 'newest');
    assert.deepEqual(rig.server().calls, ['ListOperations', 'ListOperations']);
  });

  it('does not mistake an outage while searching for a missing operation', async () => {
    const client = await rig.clientOf({ list: () => ({ status: status.UNAVAILABLE }) });
    await assertFails(client.findOperation(PREFIX, signal), 'SPEECH_UNAVAILABLE');
    assert.deepEqual(rig.server().calls, ['ListOperations']);
  });

  it('returns null when there is no operation for the prefix', async () => {
    const client = await rig.clientOf();
    assert.equal(await client.findOperation(PREFIX, signal), null);
  });
});

function fileError(name: keyof typeof status): Operation {
  return { response: responseOf({ [AUDIO.uri]: { error: { code: status[name] } } }) };
}
