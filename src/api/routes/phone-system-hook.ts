import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { HOOK_ACTOR } from '../../domain/actor.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import type { HookDeliveryRepository } from '../../repositories/hook-delivery-repository.ts';
import type { RequestLimits } from '../access/request-limits.ts';
import { createDeliveries } from '../hooks/deliveries.ts';
import { DELIVERY_TYPES, deliveryBody, readDelivery } from '../hooks/delivery-body.ts';
import { createSecretCheck } from '../hooks/secret.ts';
import { createSignatureCheck, signatureHeaders } from '../hooks/signature.ts';
import { runReply } from '../schemas.ts';
import type { Submit } from '../submit.ts';
import { about, TEMPORAL_REFUSALS } from '../document/about.ts';

export type PhoneSystemHookDeps = {
  readonly database: Pick<Database, 'toServiceError'>;
  readonly hookDeliveries: HookDeliveryRepository;
  readonly hookSecrets: readonly string[];
  readonly submit: Submit;
  readonly requestLimits: RequestLimits;
};

const NOTHING = Buffer.alloc(0);

// The schemas are for the document: whether a delivery may be read is decided by its bytes, before they are.
const UNCHECKED = () => (value: unknown) => ({ value });

const response = { 200: runReply, 202: runReply };

/**
 * `POST /hooks/phone-system`: starts a call for a phone system that signs its deliveries. With a secret
 * in the path, for one that can only be given an address. Neither has a key.
 */
export const phoneSystemHookRoutes: FastifyPluginAsyncZod<PhoneSystemHookDeps> = async (
  app,
  deps,
) => {
  const { hookSecrets, submit, requestLimits } = deps;
  const idOfSigned = createSignatureCheck(hookSecrets);
  const isSecret = createSecretCheck(hookSecrets);
  const deliveries = createDeliveries(deps);

  // A signature is about the bytes as they came, and nothing unsigned is parsed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  const bodyOf = ({ body }: FastifyRequest) => (Buffer.isBuffer(body) ? body : NOTHING);
  const startFrom = (request: FastifyRequest) =>
    submit(readDelivery(request.headers['content-type'], bodyOf(request)), {
      actor: HOOK_ACTOR,
      log: request.log,
    });

  async function refuse(request: FastifyRequest): Promise<never> {
    await requestLimits.onRefusedKey(request);
    throw new ServiceError('HOOK_REFUSED', 'The delivery does not prove that it may start calls.');
  }

  app.post(
    '/hooks/phone-system',
    {
      schema: {
        ...about({
          name: 'deliverSigned',
          tag: 'hooks',
          summary: 'Process a recording, by a signed delivery',
          does: "Starts to process a recording, as `POST /calls` does, for a phone system that signs its deliveries by Standard Webhooks. A delivery whose id was answered before gets the first answer again. Takes our JSON, or the phone system's own fields as JSON or as a form; what else it sends is ignored.",
          refusals: ['HOOK_REFUSED', 'LIMIT_REACHED', 'CALL_CONFLICT', ...TEMPORAL_REFUSALS],
        }),
        security: [{ signature: [] }],
        headers: signatureHeaders,
        body: deliveryBody,
        consumes: DELIVERY_TYPES,
        response,
      },
      validatorCompiler: UNCHECKED,
    },
    async (request, reply) => {
      const id = idOfSigned(request.raw, bodyOf(request), new Date()) ?? (await refuse(request));
      const { status, answer } = await deliveries.answerOnce(id, {
        log: request.log,
        answer: async () => {
          const started = await startFrom(request);
          return { status: started.status, answer: started.body };
        },
      });
      return send(reply, status, runReply.parse(answer));
    },
  );

  app.post(
    '/hooks/phone-system/:secret',
    {
      schema: {
        ...about({
          name: 'deliverToSecret',
          tag: 'hooks',
          summary: 'Process a recording, by a secret address',
          does: "Starts to process a recording, as `POST /calls` does, for a phone system that can only be given an address. Takes our JSON, or the phone system's own fields as JSON or as a form; what else it sends is ignored.",
          refusals: ['HOOK_REFUSED', 'LIMIT_REACHED', 'CALL_CONFLICT', ...TEMPORAL_REFUSALS],
        }),
        security: [],
        params: z.strictObject({ secret: z.string().describe('A secret of HOOK_SECRET.') }),
        body: deliveryBody,
        consumes: DELIVERY_TYPES,
        response,
      },
      validatorCompiler: UNCHECKED,
      // Before the body is read.
      onRequest: async (request) => {
        const { secret }: { readonly secret?: unknown } = Object(request.params);
        if (typeof secret !== 'string' || !isSecret(secret)) await refuse(request);
      },
    },
    async (request, reply) => {
      const { status, body } = await startFrom(request);
      return send(reply, status, body);
    },
  );
};

function send(reply: FastifyReply, status: number, body: z.infer<typeof runReply>): FastifyReply {
  return reply.status(status).send(body);
}
