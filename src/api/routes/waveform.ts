import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { envelopeOf, isHeard } from '../../domain/envelope.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Call } from '../../generated/prisma/client.ts';
import { closed } from '../closed-query.ts';
import {
  about,
  DATABASE_REFUSALS,
  STORAGE_REFUSALS,
  TEMPORAL_REFUSALS,
} from '../document/about.ts';
import { archiveWith, whenGone } from '../recording/archive.ts';
import { waveformText } from '../recording/waveform-text.ts';
import { callParams } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { wholeNumber } from '../whole-number.ts';
import type { RecordingDeps } from './recording.ts';

/** An envelope has no more. */
const PER_SECOND_MAX = 20;

// A call of five minutes then has a value for each pixel of a wide screen.
const PER_SECOND_DEFAULT = 4;

const perSecond = wholeNumber(
  1,
  PER_SECOND_MAX,
  `must be a whole number from 1 to ${PER_SECOND_MAX}`,
)
  .optional()
  .transform((value) => value ?? PER_SECOND_DEFAULT)
  .describe(`How many peaks each second has; ${PER_SECOND_DEFAULT} if it is left out.`);

/** It is streamed, so the compiler cannot tell that it is so; the tests do. */
const waveformReply: z.ZodType = z
  .strictObject({
    perSecond: z.int().min(1).max(PER_SECOND_MAX),
    seconds: z.number().describe('How long the sound is that was decoded.'),
    channels: z.array(
      z.strictObject({
        peaks: z
          .array(z.number().min(0).max(1))
          .describe(
            'Amplitudes as parts of full scale, to three digits: the greatest in each span of 1/perSecond seconds.',
          ),
      }),
    ),
  })
  .meta({ id: 'Waveform', description: 'How loud a recording is, channel by channel.' });

/** Counts up when the reply to the same envelope becomes another one. */
const FORM = 1;

/** How loud the recording of a call is, to be drawn. */
export const waveformRoute: FastifyPluginAsyncZod<RecordingDeps> = async (
  app,
  { calls, runs, recordings },
) => {
  app.get(
    '/calls/:callSid/waveform',
    {
      // HEAD would read all of it.
      exposeHeadRoute: false,
      schema: {
        ...about({
          name: 'readWaveform',
          tag: 'calls',
          summary: 'The waveform of a call',
          does: 'Tells how loud each channel of the recording is, to be drawn beside a player. There is none (404) before the recording was listened to. It brings an `ETag`, with which it need not be sent again.',
          refusals: [
            'NOT_FOUND',
            'CALL_NOT_OPENED',
            'WAVEFORM_NOT_KNOWN',
            'WAVEFORM_UNREADABLE',
            'RECORDING_NOT_SERVED',
            ...STORAGE_REFUSALS,
            ...DATABASE_REFUSALS,
            ...TEMPORAL_REFUSALS,
          ],
        }),
        params: callParams,
        querystring: closed({ perSecond }),
        response: {
          200: {
            description: 'How loud it is.',
            content: { 'application/json': { schema: waveformReply } },
          },
          304: z.null().describe('It is as `If-None-Match` says.'),
        },
      },
    },
    async (request, reply) => {
      const { callSid } = request.params;
      const call = await calls.findByCallSid(callSid);
      if (call === null) throw await whyUnknown(callSid, runs);
      const object = envelopeOf(call);
      if (object === null) throw new ServiceError('WAVEFORM_NOT_KNOWN', whyNotKnown(call));
      const archive = archiveWith(recordings, object.uri, callSid);
      // Weak, because it is also that of the compressed form. An object never changes: another
      // envelope is another generation. Like everything about a call, browsers do not keep it.
      const etag = `W/"${FORM}-${object.generation}-${request.query.perSecond}"`;
      void reply.headers({ etag, 'cache-control': 'private, no-store', vary: 'accept-encoding' });
      if (isNamedIn(request.headers['if-none-match'], etag)) return reply.status(304).send(null);
      const gone = whenGone(reply);
      try {
        const waveform = await archive.readWaveform(object, request.query.perSecond, gone);
        if (waveform === null) {
          throw new ServiceError(
            'WAVEFORM_UNREADABLE',
            `What is stored as the loudness of the recording of the call ${callSid} is something else.`,
          );
        }
        const seconds = call.heardSeconds?.toNumber() ?? waveform.seconds;
        const pieces = waveformText(request.query.perSecond, { ...waveform, seconds });
        // A piece is some 100 kB; none is made before the reader has taken the one before.
        const text = Readable.from(pieces, { highWaterMark: 1 });
        void reply.type('application/json; charset=utf-8');
        const accepted = negotiate(request.headers['accept-encoding'] ?? '', ['gzip', 'identity']);
        if (accepted !== 'gzip') return await reply.send(text);
        void reply.header('content-encoding', 'gzip');
        // What fails breaks the answer off, which is all that can be done once it has begun.
        return await reply.send(pipeline(text, createGzip(), () => undefined));
      } catch (error) {
        // Nobody is there to be told.
        if (gone.aborted) return reply.hijack();
        void reply.removeHeader('etag').removeHeader('cache-control');
        throw error;
      }
    },
  );
};

function whyNotKnown(call: Call): string {
  const { callSid, recordingUrl } = call;
  if (recordingUrl === null)
    return `The recording of the call ${callSid} is not archived yet, so nobody has listened to it.`;
  return isHeard(call)
    ? `The recording of the call ${callSid} could not be decoded, as its log says.`
    : `Nobody has listened to the recording of the call ${callSid} yet.`;
}

/** Whether a header If-None-Match has this weak tag (RFC 9110, 13.1.2). */
function isNamedIn(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^(?!W\/)(?=")/, 'W/'));
  return tags.includes(etag) || tags.includes('*');
}
