import { createServer, type IncomingMessage } from 'node:http';
import type { SandboxContext, StandIn } from '../core/context.ts';
import { playFaultBefore, sendReply, type Exchange, type HttpReply } from '../core/http-faults.ts';
import { listen } from '../core/stand-in.ts';
import { ApiError, apiError, toErrorBody } from './api-error.ts';
import { checkCredentials } from './credentials.ts';
import { toLinkHeader } from './link-header.ts';
import { listRecords } from './list-query.ts';
import { createDirectoryReader } from './records.ts';
import { findResource, recordsOf, type Resource } from './resources.ts';

/** The prefix of every path, both on premises and in the cloud. */
const CONNECTWISE_BASE_PATH = '/v4_6_release/apis/3.0';

/** Starts the stand-in for ConnectWise Manage: the lists of contacts, companies and a company's sites. */
export async function startConnectWise(
  context: SandboxContext,
  { host, port }: { host: string; port: number },
): Promise<StandIn> {
  const readDirectory = createDirectoryReader(context);
  const server = createServer((request, response) => {
    answer({ request, response }).catch((error: unknown) => {
      const sentence = error instanceof Error ? error.message : 'The sandbox failed.';
      const reply = toErrorReply(apiError(500, 'SandboxError', sentence));
      // If part of a reply has already been sent, all that is left is to destroy the socket.
      sendReply(null, { request, response }, reply).catch(() => request.socket.destroy());
    });
  });

  async function answer(exchange: Exchange): Promise<void> {
    const url = toUrl(exchange.request);
    const resource = url.pathname.startsWith(CONNECTWISE_BASE_PATH)
      ? findResource(url.pathname.slice(CONNECTWISE_BASE_PATH.length))
      : null;
    if (resource === null) {
      const error = apiError(404, 'NotFound', 'The requested resource was not found.');
      await sendReply(null, exchange, toErrorReply(error));
      return;
    }
    const callSids = findCallSids(context, url.searchParams);
    const fault = context.control.hit('connectwise', resource.operation, callSids);
    if (!(await playFaultBefore(fault, exchange, toFaultReply))) {
      await sendReply(fault, exchange, list(exchange.request, url, resource));
    }
  }

  function list(request: IncomingMessage, url: URL, resource: Resource): HttpReply {
    try {
      checkCredentials(request.headers);
      if (request.method !== 'GET') {
        throw apiError(405, 'MethodNotAllowed', 'The sandbox serves GET only.');
      }
      if (request.headers['pagination-type'] !== undefined) {
        throw apiError(400, 'InvalidParameter', 'The sandbox supports navigable paging only.');
      }
      const all = recordsOf(resource, readDirectory());
      const page = listRecords(all, url.searchParams, resource.fields);
      const link = toLinkHeader(url, page);
      return toReply(200, JSON.stringify(page.records), link === null ? {} : { link });
    } catch (error) {
      if (error instanceof ApiError) {
        return toErrorReply(error);
      }
      throw error;
    }
  }

  return listen(server, { name: 'ConnectWise', host, port });
}

function toUrl(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
}

/**
 * A request names no call, only the digits of a quoted phone number, so it counts for the calls of that number.
 * The catalogue does not take fewer than six digits (an id, a postcode) for a number.
 */
function findCallSids({ samples }: SandboxContext, query: URLSearchParams): string[] {
  const text = `${query.get('conditions') ?? ''} ${query.get('childConditions') ?? ''}`;
  const values = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, a, b]) => a ?? b ?? '');
  const digits = new Set(values.map((value) => value.replaceAll(/\D/g, '')));
  const found = [...digits].flatMap((number) => samples.findByPhoneDigits(number));
  return [...new Set(found.map(({ callRecordingId }) => callRecordingId))];
}

function toReply(status: number, body: string, headers: Record<string, string> = {}): HttpReply {
  return {
    status,
    body,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  };
}

function toErrorReply(error: ApiError): HttpReply {
  return toReply(error.status, toErrorBody(error));
}

/** The answer to too many requests has a shape of its own, as seen from the cloud. */
function toFaultReply(status: number): HttpReply {
  const messages: Readonly<Record<number, string>> = {
    401: 'Authorization has been denied for this request.',
    403: 'You do not have security permission to perform this action.',
    404: 'The requested resource was not found.',
  };
  return status === 429
    ? toReply(
        status,
        JSON.stringify({ error: 'ConnectWiseAPI', message: 'API rate limit exceeded.' }),
      )
    : toErrorReply(apiError(status, 'ConnectWiseApi', messages[status] ?? 'The request failed.'));
}
