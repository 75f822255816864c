import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { UnknownAudioFileError } from './core/added-recordings.ts';
import type { SandboxContext, StandIn } from './core/context.ts';
import { FaultInputSchema } from './core/faults.ts';
import { describeProblems, RecordingInputSchema } from './core/sample-file.ts';
import { listen } from './core/stand-in.ts';
import { addConnectWiseRecords } from './connectwise/records.ts';
import type { SpeechStandIn } from './speech/server.ts';
import type { ObjectStore } from './storage/object-store.ts';

type Deps = {
  readonly context: SandboxContext;
  readonly store: ObjectStore;
  readonly speech: Pick<SpeechStandIn, 'operations'>;
};

/** A recording may have 40 MiB, the phone system's own limit; base64 adds a third. */
const BODY_LIMIT_BYTES = 56 * 1024 * 1024;

/** Starts the control plane, which shows the requests to the stand-ins and scripts their faults. */
export async function startControlApi(
  deps: Deps,
  where: { host: string; port: number },
): Promise<StandIn> {
  const api = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  api.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof z.ZodError) {
      return reply.code(400).send({ error: `${describeProblems(error)}.` });
    }
    const status = error instanceof UnknownAudioFileError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: error.message });
  });
  addFaultRoutes(api, deps.context);
  addRecordingRoutes(api, deps.context);
  api.get('/objects', () =>
    deps.store.all().map(({ bucket, name, size, sha256, generation, contentType }) => ({
      bucket,
      name,
      size,
      sha256,
      generation,
      contentType,
    })),
  );
  api.get('/operations', () => deps.speech.operations());
  await api.ready();
  const standIn = await listen(api.server, { name: 'control plane', ...where });
  return { port: standIn.port, stop: () => api.close() };
}

function addFaultRoutes(api: FastifyInstance, { control }: SandboxContext): void {
  api.get('/hits', () => control.hits());
  api.get('/faults', () => control.listFaults());
  api.post('/faults', (request, reply) => {
    const id = control.addFault(FaultInputSchema.parse(request.body));
    return reply.code(201).send({ id });
  });
  api.delete('/faults', (_request, reply) => {
    control.removeAllFaults();
    return reply.code(204).send();
  });
  api.delete<{ Params: { id: string } }>('/faults/:id', (request, reply) =>
    control.removeFault(request.params.id)
      ? reply.code(204).send()
      : reply
          .code(404)
          .send({ error: 'There is no such fault: it was removed, or has been used up.' }),
  );
  api.post('/reset', (_request, reply) => {
    control.reset();
    return reply.code(204).send();
  });
}

function addRecordingRoutes(api: FastifyInstance, context: SandboxContext): void {
  api.get('/samples', () => ({
    samples: context.samples
      .list()
      .map(({ title, callRecordingId, recordgroup, recordid, expect, words }) => ({
        title,
        callRecordingId,
        recordgroup,
        recordid,
        expect,
        // Without them the stand-ins, which cannot recognise speech, cannot transcribe it.
        hasWords: words !== null,
      })),
    problems: context.samples.problems(),
  }));
  api.post('/recordings', async (request, reply) => {
    const { sample, facts } = await context.samples.add(RecordingInputSchema.parse(request.body));
    return reply.code(201).send({ callRecordingId: sample.callRecordingId, ...facts });
  });
  api.post('/connectwise', (request, reply) =>
    reply.code(201).send(addConnectWiseRecords(context, request.body)),
  );
}
