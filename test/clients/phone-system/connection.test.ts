// Guarantees that a broken, silent or unreachable phone system, a cancellation and a failing receiver each fail a fetch with their own cause.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { createPhoneSystem } from '../../../src/clients/phone-system/client.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  AUDIO,
  createReceiver,
  envelope,
  KEY,
  never,
  recording,
  withPhoneSystem,
} from './support.ts';

const LONG_AUDIO = Buffer.alloc(3_000_000, 'sound');
const LONG_REPLY = envelope(recording({}, LONG_AUDIO));
const LIMIT = 10_000_000;

describe('the connection to the phone system', () => {
  const broken: Record<string, Parameters<typeof withPhoneSystem>[0]> = {
    'reset before the answer': (response) => response.destroy(),
    'cut before the stated length': (response) => {
      response.writeHead(200, { 'content-length': LONG_REPLY.length });
      response.write(LONG_REPLY.slice(0, 2_000_000), () => response.destroy());
    },
    'cut between two chunks': (response) => {
      response.write(LONG_REPLY.slice(0, 2_000_000), () => response.destroy());
    },
    'closed in the middle of a reply without a length': (response) => {
      response.socket?.end(
        `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${LONG_REPLY.slice(0, 2_000_000)}`,
      );
    },
    'closed inside the envelope, after the audio': (response) => {
      response.socket?.end(
        `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${LONG_REPLY.slice(0, -1)}`,
      );
    },
    'silent before the answer': () => {},
    'silent in the middle of the answer': (response) =>
      response.write(LONG_REPLY.slice(0, 2_000_000)),
    'not HTTP': (response) => response.socket?.end('220 mail.example ESMTP\r\n'),
  };
  for (const [name, answer] of Object.entries(broken)) {
    it(`is reported as unavailable when ${name}, and the recording is not completed`, async () => {
      const receiver = createReceiver();
      await withPhoneSystem(
        answer,
        async ({ client }) => {
          const fetching = client.fetchRecording(KEY, receiver.receive, never);
          await assert.rejects(fetching, {
            name: 'ServiceError',
            code: 'PHONE_SYSTEM_UNAVAILABLE',
          });
        },
        LIMIT,
      );
      assert.equal(receiver.state.completed, false);
    });
  }

  it('may be slow for any length of time, as long as it is not silent', async () => {
    const body = envelope(recording());
    await withPhoneSystem(
      (response) => {
        let sent = 0;
        // 40 pieces about 60 ms apart: four times the idle timeout in total.
        const step = Math.ceil(body.length / 40);
        const timer = setInterval(() => {
          response.write(body.slice(sent, (sent += step)));
          if (sent < body.length) return;
          clearInterval(timer);
          response.end();
        }, 60);
      },
      async ({ client }) => {
        const receiver = createReceiver();
        await client.fetchRecording(KEY, receiver.receive, never);
        assert.deepEqual(receiver.received(), AUDIO);
      },
    );
  });

  it('waits for a slow receiver without blaming the phone system for the pause', async () => {
    await withPhoneSystem(
      (response) => response.end(LONG_REPLY),
      async ({ client }) => {
        const receiver = createReceiver();
        await client.fetchRecording(
          KEY,
          async (audio) => {
            // Longer than the idle timeout, while the reply waits in full buffers.
            await new Promise((resolve) => setTimeout(resolve, 1500));
            return receiver.receive(audio);
          },
          never,
        );
        assert.deepEqual(receiver.received(), LONG_AUDIO);
      },
      LIMIT,
    );
  });

  it('is reported as unavailable when it is refused or the host name is unknown', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const [url, reason] of [
      [`http://127.0.0.1:${port}`, 'ECONNREFUSED'],
      ['http://phone-system.invalid', /^(ENOTFOUND|EAI_AGAIN)$/],
    ] as const) {
      const client = createPhoneSystem({ url, username: 'u', password: 'p', maxBytes: 1 });
      await assert.rejects(
        client.fetchRecording(KEY, createReceiver().receive, never),
        (error: unknown) => {
          assert.ok(error instanceof Error && 'code' in error && 'context' in error);
          assert.equal(error.code, 'PHONE_SYSTEM_UNAVAILABLE');
          assert.match((error.context as { reason: string }).reason, new RegExp(reason));
          return true;
        },
      );
      await client.close();
    }
  });

  it('fails with the exact reason of a cancellation, whether before, while waiting or while audio flows', async () => {
    for (const moment of ['before', 'waiting', 'flowing']) {
      const reason = new Error(`Cancelled ${moment}.`);
      const controller = new AbortController();
      let audioError: unknown = null;
      await withPhoneSystem(
        (response) => {
          if (moment === 'waiting') controller.abort(reason);
          else response.write(LONG_REPLY.slice(0, 1_000_000));
        },
        async ({ client }) => {
          if (moment === 'before') controller.abort(reason);
          const receive = async (audio: Readable): Promise<void> => {
            audio.on('error', (error) => {
              audioError = error;
            });
            controller.abort(reason);
            for await (const _ of audio);
          };
          await assert.rejects(
            client.fetchRecording(KEY, receive, controller.signal),
            (error) => error === reason,
          );
        },
        LIMIT,
      );
      assert.equal(audioError, moment === 'flowing' ? reason : null);
    }
  });

  it("fails with the receiver's own error and closes the connection", async () => {
    const failure = new Error('The store is full.');
    const closed: boolean[] = [];
    await withPhoneSystem(
      (response) => {
        response.once('close', () => closed.push(response.writableFinished));
        response.write(LONG_REPLY.slice(0, 2_000_000));
      },
      async ({ client }) => {
        for (const receive of [
          async () => {
            throw failure;
          },
          async (audio: Readable) => {
            for await (const _ of audio) throw failure;
          },
        ]) {
          await assert.rejects(
            client.fetchRecording(KEY, receive, never),
            (error) => error === failure,
          );
        }
        await waitFor('both connections to close', async () => closed.length === 2);
        assert.deepEqual(closed, [false, false]);
      },
      LIMIT,
    );
  });

  it("reports the reply's own error although the receiver wraps or swallows it", async () => {
    const body = envelope(recording({ sha1: 'b'.repeat(40) }, LONG_AUDIO));
    await withPhoneSystem(
      (response) => response.end(body),
      async ({ client }) => {
        for (const receive of [
          async (audio: Readable) => {
            try {
              for await (const _ of audio);
            } catch (error) {
              throw new Error('Upload failed.', { cause: error });
            }
          },
          async (audio: Readable) => {
            try {
              for await (const _ of audio);
            } catch {
              return;
            }
          },
          // A receiver that does not read to the end cannot skip the checks.
          async () => {},
        ]) {
          await assert.rejects(client.fetchRecording(KEY, receive, never), {
            code: 'RECORDING_CORRUPT',
          });
        }
      },
      LIMIT,
    );
  });
});
