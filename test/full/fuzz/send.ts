import { Agent, request } from 'node:http';

import type { FuzzReply } from './judge.ts';
import type { FuzzRequest } from './requests.ts';

/** Sends requests as they are, also with a Host and an address that `fetch` would not send. */
export function createSender(url: string) {
  const { port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    send({
      method,
      target,
      headers,
      body,
    }: Pick<FuzzRequest, 'method' | 'target' | 'headers' | 'body'>): Promise<FuzzReply> {
      return new Promise((resolve, reject) => {
        const sent = request(
          {
            ...{ agent, host: '127.0.0.1', port, method, path: target },
            // Node leaves it out for methods that have a body seldom, and sends the body all the same.
            headers: { ...headers, ...(body === null ? {} : { 'content-length': body.length }) },
          },
          (response) => {
            const chunks: Buffer[] = [];
            const answer = () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: Buffer.concat(chunks).toString(),
              });
            response.on('data', (chunk: Buffer) => {
              chunks.push(chunk);
              // A stream of events does not end by itself; its beginning is the answer.
              if (!/event-stream/.test(response.headers['content-type'] ?? '')) return;
              answer();
              response.destroy();
            });
            response.on('error', reject);
            response.on('end', answer);
          },
        );
        sent.on('error', reject);
        sent.end(body ?? undefined);
      });
    },
    close: () => agent.destroy(),
  };
}

/** Does all of it, `atOnce` at a time. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [index, item] of left) await act(item, index);
    }),
  );
}
