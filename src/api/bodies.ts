import type { FastifyInstance } from 'fastify';

import { ServiceError } from '../domain/service-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const NOT_UTF_8 = new ServiceError('INVALID_INPUT', 'The body must be written in UTF-8.');

/** A body of a type that is not taken. The message says which ones are. */
export class UnsupportedBody extends Error {
  readonly statusCode = 415;
}

/** A body as text; `null` when its bytes are not UTF-8 and would become question marks. */
export function decode(body: Buffer): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}

/**
 * Accepts JSON, and requests without a body whatever their headers say about it: many clients name a
 * content type although they send nothing, and proxies announce an empty body as chunked.
 */
export function acceptJsonAndEmptyBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (body.length === 0) return done(null);
      const text = decode(body);
      if (text === null) return done(NOT_UTF_8);
      return parseJson(request, text, done);
    },
  );
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) =>
    done(
      body.length === 0 || request.is404
        ? null
        : new UnsupportedBody('The body must be JSON, with content-type: application/json.'),
    ),
  );
}
