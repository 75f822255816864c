// Guarantees that a worker without permission to create schedules keeps running, and names a command that creates this one.
import assert from 'node:assert/strict';

import { Client, Connection, ServiceError } from '@temporalio/client';

import { ensureSiteDirectorySchedule } from '../../../src/clients/temporal/site-directory-schedule.ts';
import { temporalCli } from '../../support/cli.ts';
import { startOwnTemporal, type TestTemporal } from '../../support/temporal.ts';

// gRPC status codes (https://grpc.io/docs/guides/status-codes/).
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;

/** What Temporal's client throws when gRPC answers with this status. */
function grpcFailure(code: number): ServiceError {
  const details = 'It is not done.';
  const grpcError = Object.assign(new Error(`${code}: ${details}`), {
    code,
    details,
    metadata: {},
  });
  return new ServiceError('Failed to create schedule', { cause: grpcError });
}

describe('the schedule of the site directory, without permission to create it', () => {
  let temporal: TestTemporal;
  let connection: Connection;
  let client: Client;

  before(async () => {
    temporal = await startOwnTemporal();
    connection = await Connection.connect({ address: temporal.address });
    client = new Client({ connection });
  });
  after(async () => {
    await connection?.close();
    await temporal?.stop();
  });

  // The development server knows no permissions, so this one answer is faked.
  function refuseToCreate(code: number): void {
    client.schedule.create = () => Promise.reject(grpcFailure(code));
  }

  it('is reported as missing when Temporal is unavailable, instead of stopping the worker', async () => {
    refuseToCreate(UNAVAILABLE);
    const state = await ensureSiteDirectorySchedule(client);
    assert.ok(!state.exists && state.code === 'TEMPORAL_UNAVAILABLE');
  });

  it('is reported as missing, with a command that creates it exactly as workers do', async () => {
    refuseToCreate(PERMISSION_DENIED);
    const state = await ensureSiteDirectorySchedule(client);
    assert.ok(!state.exists);
    assert.equal(state.code, 'TEMPORAL_CREDENTIALS_REFUSED');
    const command = /An administrator runs: temporal (.*)$/.exec(state.message)?.[1] ?? '';
    const [, before = '', calendar = '', after = ''] = /^(.*) '(.*)' (.*)$/.exec(command) ?? [];
    await temporalCli({ temporal }, before, [calendar, ...after.split(' ')]);

    assert.deepEqual(await ensureSiteDirectorySchedule(client), { exists: true });
    const { action, policies, spec } = await client.schedule.getHandle('site-directory').describe();
    assert.deepEqual(
      [action.workflowType, action.taskQueue, policies.overlap, policies.catchupWindow],
      ['SiteDirectoryWorkflow', 'call-processing', 'SKIP', 24 * 60 * 60 * 1000],
    );
    assert.equal(spec.jitter, 30 * 60 * 1000);
    assert.deepEqual(spec.calendars?.[0]?.hour, [{ start: 3, end: 3, step: 1 }]);
  });
});
