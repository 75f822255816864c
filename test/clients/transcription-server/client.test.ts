import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  createTranscriptionServer,
  type AudioFile,
  type TranscriptionServer,
  type TranscriptionServerConfig,
} from '../../../src/clients/transcription-server/client.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { waitFor } from '../../support/wait-for.ts';
import { fileOf, never, readForm, serverConfig } from './support.ts';

// A recording is streamed as a form of known length, with a request for times as long as the server
// supports them; and whatever happens, nothing is left hanging.

const WORDS = { text: 'Hello.', segments: [{ start: 0, end: 1, text: ' Hello.' }] };

/** Answers a request, whose body the test reads itself. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

describe('the client of a transcription server', () => {
  let server: Server | null = null;
  let client: TranscriptionServer | null = null;

  afterEach(async () => {
    await client?.close();
    server?.closeAllConnections();
    server?.close();
  });

  async function clientOf(
    answer: Answer,
    options: Partial<TranscriptionServerConfig> = {},
    idleTimeoutMs = 5_000,
  ): Promise<TranscriptionServer> {
    const listening = createServer((request, response) => void answer(request, response));
    server = listening;
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    client = createTranscriptionServer({ ...serverConfig(url), ...options }, idleTimeoutMs);
    return client;
  }

  it('sends a form of announced length, with every field that the server needs', async () => {
    const audio = Buffer.from('RIFF\r\n--\0\u00ff', 'latin1');
    const seen: { request: IncomingMessage; body: Buffer }[] = [];
    const asked = await clientOf(async (request, response) => {
      seen.push({ request, body: await readAll(request) });
      response.end(JSON.stringify(WORDS));
    });
    assert.deepEqual(JSON.parse(await asked.transcribe(fileOf(audio), never)), WORDS);

    const [{ request, body } = fail()] = seen;
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/audio/transcriptions');
    assert.equal(request.headers['authorization'], 'Bearer sk-private');
    assert.equal(request.headers['content-length'], String(body.length));
    assert.equal(request.headers['transfer-encoding'], undefined);
    const form = await readForm(request.headers['content-type'] ?? '', body);
    assert.deepEqual(form, {
      fields: [
        ['model', 'whisper-1'],
        ['language', 'en'],
        ['prompt', 'Kestrel, wombat'],
        ['response_format', 'verbose_json'],
        ['timestamp_granularities[]', 'segment'],
        ['timestamp_granularities[]', 'word'],
      ],
      file: { name: 'recording.wav', type: 'audio/wav', bytes: audio },
    });
  });

  it('omits the key, language and prompt when they are not configured', async () => {
    let headers: IncomingMessage['headers'] = {};
    let fields: string[] = [];
    const asked = await clientOf(
      async (request, response) => {
        ({ headers } = request);
        const form = await readForm(headers['content-type'] ?? '', await readAll(request));
        fields = form.fields.map(([name]) => name);
        response.end(JSON.stringify(WORDS));
      },
      { apiKey: null, language: null, phrases: [] },
    );
    await asked.transcribe(fileOf(Buffer.from('RIFF')), never);
    assert.equal(headers['authorization'], undefined);
    assert.deepEqual(
      [...new Set(fields)],
      ['model', 'response_format', 'timestamp_granularities[]'],
    );
  });

  it('requests less when the server does not support times, and remembers that', async () => {
    const forms: string[][] = [];
    const asked = await clientOf(async (request, response) => {
      const { fields } = await readForm(
        request.headers['content-type'] ?? '',
        await readAll(request),
      );
      const form = fields.flatMap(([name, value]) => (/format|granul/.test(name) ? [value] : []));
      forms.push(form);
      if (form.includes('word')) return refuse(response, 'timestamp_granularities is not known');
      if (form.includes('verbose_json')) {
        return refuse(response, "response_format 'verbose_json' is not compatible with this model");
      }
      response.end(JSON.stringify({ text: 'Hello.' }));
    });
    const file = fileOf(Buffer.from('RIFF'));
    assert.deepEqual(JSON.parse(await asked.transcribe(file, never)), { text: 'Hello.' });
    await asked.transcribe(file, never);
    assert.deepEqual(forms, [
      ['verbose_json', 'segment', 'word'],
      ['verbose_json'],
      ['json'],
      ['json'],
    ]);
    assert.equal(file.opened(), 4);
  });

  it('still requests full detail for other files after one was refused in every form', async () => {
    const refused = Buffer.from('no timestamp in this file');
    const forms: number[] = [];
    const asked = await clientOf(async (request, response) => {
      const { fields, file } = await readForm(
        request.headers['content-type'] ?? '',
        await readAll(request),
      );
      forms.push(fields.filter(([name]) => name === 'timestamp_granularities[]').length);
      if (file.bytes.equals(refused)) return refuse(response, 'timestamp out of range');
      response.end(JSON.stringify(WORDS));
    });
    await assert.rejects(asked.transcribe(fileOf(refused), never), {
      code: 'SPEECH_INVALID_ARGUMENT',
    });
    await asked.transcribe(fileOf(Buffer.from('RIFF')), never);
    assert.deepEqual(forms, [2, 0, 0, 2]);
    assert.equal(asked.plan('single').wordTimes, true);
  });

  it('gives up when even the plainest form is refused', async () => {
    let requests = 0;
    const asked = await clientOf(async (request, response) => {
      requests += 1;
      await readAll(request);
      refuse(response, 'response_format is not known');
    });
    await assert.rejects(asked.transcribe(fileOf(Buffer.from('RIFF')), never), {
      code: 'SPEECH_INVALID_ARGUMENT',
    });
    assert.equal(requests, 3);
  });

  it('reads the audio no faster than the server accepts it', async () => {
    const asked = await clientOf(() => undefined);
    const { file, given } = endlessFile(500);
    const stop = new AbortController();
    const asking = asked.transcribe(file, stop.signal);
    await waitFor('the sockets to be full', async () => {
      const before = given();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return before > 0 && given() === before ? true : null;
    });
    // The sockets buffer a few megabytes on either side.
    assert.ok(given() < 32 * MEGABYTE, `${given()} bytes were read`);
    stop.abort(new Error('stopped by the test'));
    await assert.rejects(asking, /stopped by the test/);
    await waitFor('the file to be closed', async () => (file.closed() ? true : null));
  });

  it('recognises a refusal that arrives before the audio was read', async () => {
    const asked = await clientOf((request, response) => {
      request.pause();
      response.writeHead(413, { connection: 'close' });
      response.end('too large');
    });
    const { file } = endlessFile(500);
    await assert.rejects(asked.transcribe(file, never), { code: 'SPEECH_AUDIO_TOO_LARGE' });
    await waitFor('the file to be closed', async () => (file.closed() ? true : null));
  });

  it('fails as unavailable when the server stops reading the audio', async () => {
    const asked = await clientOf((request) => void request.pause(), {}, 300);
    const { file } = endlessFile(500);
    await assert.rejects(asked.transcribe(file, never), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, 'SPEECH_UNAVAILABLE');
      assert.match(error.message, /no byte of the audio moved/);
      return true;
    });
    await waitFor('the file to be closed', async () => (file.closed() ? true : null));
  });

  it('passes on an error of the archive unchanged', async () => {
    const asked = await clientOf(async (request, response) => {
      await readAll(request);
      response.end(JSON.stringify(WORDS));
    });
    const file: AudioFile = {
      ...fileOf(Buffer.alloc(10)),
      async *content() {
        yield Buffer.alloc(5);
        throw new ServiceError('STORAGE_UNAVAILABLE', 'The archive is away.');
      },
    };
    await assert.rejects(asked.transcribe(file, never), { code: 'STORAGE_UNAVAILABLE' });
  });

  it('never completes a form with fewer or more bytes than it announced', async () => {
    for (const sizeBytes of [9, 11]) {
      let isComplete = false;
      const asked = await clientOf(async (request, response) => {
        await readAll(request);
        isComplete = true;
        response.end(JSON.stringify(WORDS));
      });
      const file = { ...fileOf(Buffer.alloc(10)), sizeBytes };
      await assert.rejects(asked.transcribe(file, never), { code: 'SPEECH_UNAVAILABLE' });
      assert.equal(isComplete, false);
      await asked.close();
      server?.closeAllConnections();
      server?.close();
    }
  });

  it('aborts the request when the step is cancelled while the server is working', async () => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    const asked = await clientOf(async (request, response) => {
      await readAll(request);
      response.on('close', () => closed.resolve());
      stop.abort(new Error('cancelled by the test'));
    });
    await assert.rejects(
      asked.transcribe(fileOf(Buffer.from('RIFF')), stop.signal),
      /cancelled by the test/,
    );
    await closed.promise;
  });
});

const MEGABYTE = 1024 * 1024;

/** A file of so many megabytes that counts the bytes read from it and records when it is closed. */
function endlessFile(megabytes: number) {
  let given = 0;
  let isClosed = false;
  const chunk = Buffer.alloc(MEGABYTE);
  const file = {
    name: 'recording.wav',
    mimeType: 'audio/wav',
    sizeBytes: megabytes * MEGABYTE,
    async *content() {
      try {
        for (let count = 0; count < megabytes; count += 1) {
          given += chunk.length;
          yield chunk;
        }
      } finally {
        isClosed = true;
      }
    },
    closed: () => isClosed,
  };
  return { file, given: () => given };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // A truncated form is never answered.
    return new Promise(() => undefined);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }));
}

function fail(): never {
  throw new Error('Nothing was sent.');
}
