// A bare Fastify route that only starts the workflow, as our gateway starts it: what the rest of the gateway costs.
import { Client, Connection } from '@temporalio/client';
import Fastify from 'fastify';

import { createCallRuns } from '../../src/clients/temporal/call-runs.ts';
import { given } from './worker-settings.ts';

type Body = {
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
};

const connection = await Connection.connect({ address: given('TEMPORAL_ADDRESS') });
const runs = createCallRuns(new Client({ connection }), given('TASK_QUEUE'));
const app = Fastify();
app.post<{ Body: Body }>('/calls', async (request, reply) => {
  const { callRecordingId, ...key } = request.body;
  const { run } = await runs.start({ callSid: callRecordingId, ...key }, null);
  return reply.status(202).send({ callSid: callRecordingId, runId: run.runId });
});
console.log(`Server listening at ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
process.once('SIGTERM', () => process.exit(0));
