import type { ServerResponse } from 'node:http';

import { type SeenRequest, startHttpServer } from '../../support/http-server.ts';
import type { HttpAnswer, HttpReply } from '../corpus/reply-case.ts';

export type HttpPeer = {
  readonly url: string;
  /** How many requests got the answer. */
  met(): number;
  close(): Promise<void>;
};

const ENDLESS_PIECE = Buffer.alloc(256 * 1024, ' ');

/**
 * A real server that gives this answer. `before` may override the answer to a request by returning
 * another reply.
 */
export async function startHttpPeer(
  answer: HttpAnswer,
  before: (request: SeenRequest) => HttpReply | null = () => null,
): Promise<HttpPeer> {
  let met = 0;
  const server = await startHttpServer((request, response) => {
    const otherwise = before(request);
    if (otherwise === null) met += 1;
    play(otherwise ?? answer, response);
  });
  if (answer === 'refused') await server.close();
  return {
    // The top-level domain .invalid never resolves (RFC 6761).
    url: answer === 'unknown host' ? 'http://system.invalid' : server.url,
    met: () => met,
    close: async () => {
      if (answer !== 'refused') await server.close();
    },
  };
}

function play(answer: HttpAnswer, response: ServerResponse): void {
  switch (answer) {
    case 'refused':
    case 'unknown host':
      throw new Error('This server cannot be reached.');
    case 'silent':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'not HTTP':
      response.socket?.end('220 mail.example ESMTP\r\n');
      return;
    case 'endless':
      writeWithoutEnd(response);
      return;
    default:
      send(answer, response);
  }
}

function send(
  { status = 200, headers, body, retryAfter, cutOff }: HttpReply,
  response: ServerResponse,
) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': toHeader(retryAfter) }),
    ...(cutOff === true ? { 'content-length': text.length + 100 } : {}),
    ...headers,
  });
  if (cutOff === true) response.write(text, () => response.destroy());
  else response.end(text);
}

function toHeader(retryAfter: NonNullable<HttpReply['retryAfter']>): string {
  if (typeof retryAfter === 'string') return retryAfter;
  return new Date(Date.now() + retryAfter.inSeconds * 1000).toUTCString();
}

function writeWithoutEnd(response: ServerResponse): void {
  const write = () => {
    while (!response.destroyed && response.write(ENDLESS_PIECE));
  };
  response.writeHead(200).on('drain', write);
  write();
}
