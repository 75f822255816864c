import { errorCodes, type FastifyInstance } from 'fastify';

/**
 * Accepts JSON, and requests without a body whatever their headers say about it: many clients name a
 * content type although they send nothing, and proxies announce an empty body as chunked.
 */
export function acceptJsonAndEmptyBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') return done(null);
      return parseJson(request, body, done);
    },
  );
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) =>
    done(body === '' || request.is404 ? null : new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE()),
  );
}
