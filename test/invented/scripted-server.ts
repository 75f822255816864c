import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { placeOf } from './place-of.ts';
import { replyOf, type Form } from './replies.ts';
import type { Said, Scene } from './studio.ts';

/** What is recorded, as it was encoded. */
export type OnAir = {
  readonly scene: Scene;
  /** The channels of the file: both, or their mixture. */
  readonly channels: readonly Float32Array[];
  readonly form: Form;
};

/**
 * Starts a transcription server that knows what is said in the recording that is on air. It finds out from
 * the bytes that it is sent which channel they are, and which part of it, and answers as recognisers do:
 * with what can be heard there, and with what they make up.
 */
export async function startScriptedServer() {
  let onAir: OnAir | null = null;
  let failure: Error | null = null;
  let requests = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await buffer(request);
    requests += 1;
    if (onAir === null) throw new Error('Nothing is on air.');
    const { scene, channels } = onAir;
    const { channel, from, to } = placeOf(fileIn(form), channels);
    const isMixed = channels.length === 1 || channel === null;
    const heard = [...scene.said, ...(isMixed ? [] : scene.leaked)]
      .filter((each) => isMixed || each.channel === channel)
      .filter(({ start, end }) => start >= from - 0.5 && end <= to + 0.5)
      .map((each): Said => ({ ...each, start: each.start - from, end: each.end - from }))
      .toSorted((one, other) => one.start - other.start);
    const body = replyOf(heard, to - from, { scene, form: onAir.form });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      failure = new Error('The server went wrong.', { cause: error });
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    /** Begins with another recording. */
    play(next: OnAir): void {
      onAir = next;
      requests = 0;
    },
    requests: () => requests,
    /** Throws what went wrong in here. */
    check(): void {
      if (failure !== null) throw failure;
    },
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The file in a form. */
function fileIn(form: Buffer): Buffer {
  const boundary = form.subarray(0, form.indexOf('\r\n'));
  const head = form.indexOf('filename="');
  const start = form.indexOf('\r\n\r\n', head) + 4;
  return form.subarray(start, form.lastIndexOf(boundary) - 2);
}
