// Guarantees that a store that corrupts data, hangs or answers oddly is noticed, and that no secret is sent to a plaintext address.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  createRecordingStore,
  type RecordingStore,
} from '../../../src/clients/recording-store/client.ts';
import { createTransport } from '../../../src/clients/recording-store/transport.ts';
import {
  type HttpServer,
  type SeenRequest,
  sendJson,
  startHttpServer,
} from '../../support/http-server.ts';

type Answer = Parameters<typeof startHttpServer>[0];

const never = new AbortController().signal;
const AUDIO = randomBytes(1000);

/** Lets an upload begin, and answers everything after that with the test's own handler. */
function afterBeginning(answer: Answer): Answer {
  return (request, response) => {
    if (request.method !== 'POST') return answer(request, response);
    const { host = '' } = request.headers;
    response.writeHead(200, { location: `http://${host}/session` }).end();
  };
}

async function withStore(
  answer: Answer,
  work: (store: RecordingStore, server: HttpServer) => Promise<void>,
) {
  const server = await startHttpServer(answer);
  try {
    await work(
      createRecordingStore({ bucket: 'bucket', apiEndpoint: server.url, projectId: 'p' }),
      server,
    );
  } finally {
    await server.close();
  }
}

const save = (store: RecordingStore, signal = never) =>
  store.saveRecording({
    callSid: '1700000000.1',
    extension: 'wav',
    contentType: 'audio/wav',
    audio: Readable.from([AUDIO], { objectMode: false }),
    version: null,
    signal,
  });

const resource = (request: SeenRequest, overrides: Record<string, unknown> = {}) => ({
  generation: '5',
  size: String(request.body.length),
  crc32c: 'AAAAAA==',
  ...overrides,
});

describe('a store that misbehaves', () => {
  it('is asked to delete what it received when its checksum or size differs from what was sent', async () => {
    for (const overrides of [{ size: '1000' }, { size: '999' }]) {
      await withStore(
        afterBeginning((request, response) => {
          if (request.method === 'PUT') sendJson(response, resource(request, overrides));
          else response.writeHead(204).end();
        }),
        async (store, server) => {
          await assert.rejects(save(store), { code: 'STORAGE_CHECKSUM_MISMATCH' });
          const last = server.requests.at(-1);
          assert.equal(last?.method, 'DELETE');
          assert.match(
            last?.url ?? '',
            /call-recordings%2F1700000000\.1\.wav\?ifGenerationMatch=5$/,
          );
        },
      );
    }
  });

  it('is reported as unavailable when its answer is not the expected JSON', async () => {
    for (const body of ['<html>proxy</html>', '']) {
      await withStore(
        afterBeginning((_request, response) => response.writeHead(502).end(body)),
        async (store) => assert.rejects(save(store), { code: 'STORAGE_UNAVAILABLE' }),
      );
    }
  });

  it('is reported as unavailable when it refuses an upload for an object that has since been deleted', async () => {
    await withStore(
      (request, response) =>
        sendJson(response, { error: { code: 0 } }, request.method === 'POST' ? 412 : 404),
      async (store) => assert.rejects(save(store), { code: 'STORAGE_UNAVAILABLE' }),
    );
  });

  it('is reported as unavailable when an upload stalls', async () => {
    for (const answer of [() => {}, afterBeginning(() => {})]) {
      const server = await startHttpServer(answer);
      const store = createRecordingStore(
        { bucket: 'bucket', apiEndpoint: server.url, projectId: 'p' },
        { requestMs: 30_000, uploadIdleMs: 300, readIdleMs: 30_000 },
      );
      await assert.rejects(save(store), {
        code: 'STORAGE_UNAVAILABLE',
        message: /no byte moved for 0.3 seconds/,
      });
      await server.close();
    }
  });

  it('is reported as unavailable when it does not answer a small request in time', async () => {
    const subject = { what: 'Asking', notFound: 'STORAGE_OBJECT_MISSING' } as const;
    const address = { bucket: 'bucket', apiEndpoint: 'http://127.0.0.1:1', projectId: 'p' };
    const { withDeadline } = createTransport(address, 50);
    // A request that does not heed its signal, as that for a token does not.
    const asking = withDeadline(subject, never, () => new Promise(() => {}));
    await assert.rejects(asking, {
      code: 'STORAGE_UNAVAILABLE',
      message: /did not answer within 0.05 seconds/,
    });
  });

  it('fails the read of an object when the connection breaks or the read is cancelled', async () => {
    const reason = new Error('Cancelled.');
    const controller = new AbortController();
    await withStore(
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('some');
        if (controller.signal.aborted) response.destroy();
        else setImmediate(() => controller.abort(reason));
      },
      async (store) => {
        const uri = store.uriOf('transcripts/x.json');
        await assert.rejects(
          store.readText(uri, 1000, controller.signal),
          (error) => error === reason,
        );
        await assert.rejects(store.readText(uri, 1000, never), { code: 'STORAGE_UNAVAILABLE' });
      },
    );
  });

  it('gets no credentials at a plaintext address', async () => {
    await withStore(
      afterBeginning((request, response) => sendJson(response, resource(request), 404)),
      async (store, server) => {
        await assert.rejects(save(store));
        await assert.rejects(store.listObjects('x', never));
        await assert.rejects(store.readText(store.uriOf('x'), 1, never));
        assert.equal(server.requests.length, 4);
        for (const { headers } of server.requests) assert.equal(headers.authorization, undefined);
      },
    );
  });
});
