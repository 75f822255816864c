import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import type { RecordingReader, StoredGeneration } from '../../clients/recording-store/reader.ts';
import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Call } from '../../generated/prisma/client.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import {
  about,
  DATABASE_REFUSALS,
  STORAGE_REFUSALS,
  TEMPORAL_REFUSALS,
} from '../document/about.ts';
import { archiveWith, whenGone } from '../recording/archive.ts';
import { CONTENT_TYPES, present } from '../recording/presentation.ts';
import { readRange, type ByteRange } from '../recording/range.ts';
import { closed } from '../closed-query.ts';
import { callParams } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';

export type RecordingDeps = {
  readonly calls: Pick<CallRepository, 'findByCallSid'>;
  readonly runs: CallRuns;
  /** `null` where the gateway was not told of the archive. */
  readonly recordings: RecordingReader | null;
};

// Long enough for a person's click, a proxy and clocks that differ by a minute or two; a download that has
// begun by then runs on. Whoever finds the address in a history later has nothing of it.
const SIGNED_FOR_MS = 5 * 60_000;

// Together with what the two connections hold, some 100 kB a listener.
const BUFFER_BYTES = 16 * 1024;

const CACHE_CONTROL = 'private, no-store';

const isAsked = z.enum(['', '1', 'true'], 'must be empty, 1 or true').optional();
const query = closed({ download: isAsked, stream: isAsked });

const AUDIO = Object.fromEntries(CONTENT_TYPES.map((type) => [type, { schema: z.unknown() }]));

/** The archived audio of a call: by an address at the store, or through the gateway. */
export const recordingRoute: FastifyPluginAsyncZod<RecordingDeps> = async (
  app,
  { calls, runs, recordings },
) => {
  async function find(callSid: string): Promise<{ call: Call; object: StoredGeneration }> {
    const call = await calls.findByCallSid(callSid);
    if (call === null) throw await whyUnknown(callSid, runs);
    const { recordingUrl: uri, recordingGeneration: generation } = call;
    if (uri === null || generation === null) {
      throw new ServiceError(
        'NOT_FOUND',
        `The recording of the call ${callSid} is not archived yet.`,
      );
    }
    return { call, object: { uri, generation } };
  }

  app.route({
    // Otherwise Fastify would answer HEAD by reading all of the audio.
    method: ['GET', 'HEAD'],
    url: '/calls/:callSid/recording',
    schema: {
      ...about({
        name: 'readRecording',
        tag: 'calls',
        summary: 'The recording of a call',
        does: 'Gives the archived audio, also in byte ranges. Where the gateway can sign addresses at the store, it answers with one that is good for five minutes, unless `stream` is asked for. With `download`, browsers save the audio rather than play it.',
        refusals: [
          'NOT_FOUND',
          'CALL_NOT_OPENED',
          'RANGE_NOT_SATISFIABLE',
          'RECORDING_NOT_SERVED',
          ...STORAGE_REFUSALS,
          ...DATABASE_REFUSALS,
          ...TEMPORAL_REFUSALS,
        ],
      }),
      params: callParams,
      querystring: query,
      response: {
        200: { description: 'The audio.', content: AUDIO },
        206: { description: 'The part of the audio that was asked for.', content: AUDIO },
        302: z.null().describe('The audio is at the address in `Location`.'),
      },
    },
    handler: async (request, reply) => {
      const { callSid } = request.params;
      const { call, object } = await find(callSid);
      const archive = archiveWith(recordings, object.uri, callSid);
      const how = present(call, request.query.download !== undefined);
      const gone = whenGone(reply);
      try {
        const size = await archive.sizeOf(object, gone);
        if (request.method === 'GET' && request.query.stream === undefined) {
          const url = await archive.signedUrl(object, { ...how, lifetimeMs: SIGNED_FOR_MS });
          if (url !== null) {
            return await reply.header('cache-control', CACHE_CONTROL).redirect(url, 302);
          }
        }
        // The object is never changed: another content is another generation.
        const etag = `"${object.generation}"`;
        const asked = rangeOf(request, { etag, size, reply });
        const range = asked ?? { first: 0, last: size - 1 };
        const audio =
          request.method === 'HEAD' || size === 0
            ? undefined
            : await begin(archive.read(object, range, gone));
        return await reply
          .status(asked === null ? 200 : 206)
          .headers({
            'accept-ranges': 'bytes',
            'cache-control': CACHE_CONTROL,
            'content-disposition': how.disposition,
            'content-length': range.last - range.first + 1,
            'content-type': how.contentType,
            etag,
            ...(asked === null
              ? {}
              : { 'content-range': `bytes ${asked.first}-${asked.last}/${size}` }),
          })
          .send(audio);
      } catch (error) {
        // Nobody is there to be told.
        if (gone.aborted) return reply.hijack();
        throw error;
      }
    },
  });
};

type Asked = Pick<FastifyRequest, 'method' | 'headers'>;

/** The part that is asked for, `null` for all of it. If there is none, the answer says how much there is. */
function rangeOf(
  { method, headers }: Asked,
  { etag, size, reply }: { etag: string; size: number; reply: FastifyReply },
): ByteRange | null {
  const { range, 'if-range': ifRange } = headers;
  // Ranges are defined for GET alone. What a reader has of another generation does not fit to this one; nor
  // is there a date by which to tell.
  if (method !== 'GET' || (ifRange !== undefined && ifRange !== etag)) return null;
  try {
    return readRange(range, size);
  } catch (error) {
    void reply.header('content-range', `bytes */${size}`);
    throw error;
  }
}

/** The audio as a stream, once its first bytes are there: until then, a failure can still be told. */
async function begin(pieces: AsyncGenerator<Uint8Array>): Promise<Readable> {
  const first = await pieces.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value;
    yield* pieces;
  }
  return Readable.from(all(), { objectMode: false, highWaterMark: BUFFER_BYTES });
}
