import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { walkSites } from '../../../src/clients/temporal/site-directory-walk.ts';
import type { SiteWalkReport, SiteWalkResult } from '../../../src/domain/site-phone.ts';

// A query to a walk may be lost together with the worker that was to answer it; the next query is answered.

const REPORT: SiteWalkReport = { companies: 2, numbers: 3 };

describe('following a walk', () => {
  it('asks again soon when the first query is never answered', async () => {
    const { client, end } = clientWhoseFirstQueryIsLost();
    const reports: SiteWalkReport[] = [];
    await walkSites(client, (report) => {
      reports.push(report);
      end();
    });
    assert.deepEqual(reports, [REPORT]);
  });
});

/**
 * The part of a client that a walk uses. A real server chooses the worker that answers a query, so a
 * test cannot decide which query is lost.
 */
function clientWhoseFirstQueryIsLost() {
  const ended = Promise.withResolvers<SiteWalkResult>();
  let queries = 0;
  let actions = 0;
  const workflow = {
    result: () => ended.promise,
    async query() {
      queries += 1;
      return queries === 1 ? await new Promise<never>(() => undefined) : REPORT;
    },
  };
  const schedule = {
    async describe() {
      const action = { action: { workflow: { workflowId: 'site-directory-1' } } };
      return {
        info: { numActionsTaken: actions, recentActions: [action], runningActions: [] },
      };
    },
    async trigger() {
      actions += 1;
    },
  };
  const client = {
    schedule: { getHandle: () => schedule },
    workflow: { getHandle: () => workflow },
    withAbortSignal: (_signal: AbortSignal, request: () => Promise<unknown>) => request(),
    withDeadline: (deadline: number, request: () => Promise<unknown>) =>
      Promise.race([
        request(),
        sleep(deadline - Date.now()).then(() => Promise.reject(new Error('Deadline exceeded'))),
      ]),
  };
  return {
    client: client as unknown as Client,
    end: () => ended.resolve({ ...REPORT, removed: 0 }),
  };
}
