// Guarantees the walk's own rules: page after page, across several runs, and nothing removed unless it reached the end.
import assert from 'node:assert/strict';

import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

import type {
  RefreshSitePhonesInput,
  RefreshSitePhonesResult,
} from '../../src/activities/site-directory/refresh-site-phones.ts';
import type {
  RemoveUnseenInput,
  SiteDirectoryActivities,
} from '../../src/activities/site-directory/index.ts';
import { SITE_DIRECTORY_WORKFLOW_TYPE } from '../../src/domain/names.ts';
import type { SiteDirectoryWorkflow } from '../../src/workflows/index.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { WORKFLOWS_PATH } from './workflow-test.ts';

const TASK_QUEUE = 'site-directory-test';

describe('the walk through the sites', () => {
  let environment: TestWorkflowEnvironment;
  let stop: () => Promise<void>;
  let pages: (input: RefreshSitePhonesInput, asked: number) => RefreshSitePhonesResult;
  let asked: RefreshSitePhonesInput[];
  let removals: RemoveUnseenInput[];
  let count = 0;

  before(async () => {
    environment = await startTimeSkipping();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundleWorkflowCode({
        workflowsPath: WORKFLOWS_PATH,
        logger: new DefaultLogger('ERROR'),
      }),
      activities: {
        refreshSitePhones: async (input) => {
          asked.push(input);
          return pages(input, asked.length);
        },
        removeUnseenSitePhones: async (input) => {
          removals.push(input);
          return { removed: 7 };
        },
      } satisfies SiteDirectoryActivities,
    });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
      await environment.teardown();
    };
  });
  after(() => stop());

  beforeEach(() => {
    asked = [];
    removals = [];
  });

  async function start(input?: unknown): Promise<WorkflowHandle<typeof SiteDirectoryWorkflow>> {
    count += 1;
    return environment.client.workflow.start<typeof SiteDirectoryWorkflow>(
      SITE_DIRECTORY_WORKFLOW_TYPE,
      {
        workflowId: `site-directory-${count}`,
        taskQueue: TASK_QUEUE,
        args: input === undefined ? [] : [input],
      },
    );
  }

  /** A page of fifty companies, whose last ID is ten times the page's number. */
  function page(number: number, isLast = false): RefreshSitePhonesResult {
    return {
      companies: 50,
      numbers: 3,
      nextAfterCompanyId: isLast ? null : String(number * 10),
      startedAt: new Date(Date.UTC(2026, 0, number)).toISOString(),
    };
  }

  it('reads page after page, then removes what it has not seen since it began', async () => {
    pages = (_, number) => page(number, number === 3);
    const handle = await start();
    assert.deepEqual(await handle.result(), { companies: 150, numbers: 9, removed: 7 });
    const { runId } = await handle.describe();
    assert.deepEqual(
      asked,
      ['0', '10', '20'].map((afterCompanyId) => ({ walkId: runId, afterCompanyId })),
    );
    assert.deepEqual(removals, [{ walkId: runId, startedAt: page(1).startedAt }]);
    assert.deepEqual(await handle.query('walk'), { companies: 150, numbers: 9 });
  });

  it('continues as new every hundred pages, at the same place and as the same walk', async () => {
    pages = (_, number) => page(number, number === 201);
    const handle = await start();
    const { runId: firstRunId } = await handle.describe();
    assert.deepEqual(await handle.result(), { companies: 201 * 50, numbers: 201 * 3, removed: 7 });
    assert.deepEqual(
      asked.map(({ afterCompanyId }) => Number(afterCompanyId)),
      Array.from({ length: 201 }, (_, index) => index * 10),
    );
    assert.ok(asked.every(({ walkId }) => walkId === firstRunId));
    assert.deepEqual(removals, [{ walkId: firstRunId, startedAt: page(1).startedAt }]);
    const { historyLength, runId } = await handle.describe();
    assert.notEqual(runId, firstRunId);
    assert.ok(historyLength < 50, `${historyLength}`);
  });

  it('fails with the code of the error it met, and removes nothing', async () => {
    pages = (_, number) => {
      if (number < 3) return page(number);
      const why = 'it refuses the API member.';
      throw ApplicationFailure.nonRetryable(why, 'CONNECTWISE_CREDENTIALS_REFUSED');
    };
    const failure = await failureOf(await start());
    assert.equal(failure.type, 'CONNECTWISE_CREDENTIALS_REFUSED');
    assert.match(failure.message, /refuses the API member.*npm run site-directory/s);
    assert.equal(asked.length, 3);
    assert.deepEqual(removals, []);
  });

  it('survives an outage of hours without starting over', async () => {
    pages = ({ afterCompanyId }, number) => {
      if (afterCompanyId === '10' && number < 40) {
        throw ApplicationFailure.retryable('It is away.', 'CONNECTWISE_UNAVAILABLE');
      }
      return page(1, afterCompanyId === '10');
    };
    const result = await (await start()).result();
    assert.deepEqual(result, { companies: 100, numbers: 6, removed: 7 });
    assert.equal(asked.filter(({ afterCompanyId }) => afterCompanyId === '0').length, 1);
  });

  it('treats a ConnectWise without any companies as missing permissions, not as empty', async () => {
    pages = () => ({ ...page(1, true), companies: 0, numbers: 0 });
    const failure = await failureOf(await start());
    assert.equal(failure.type, 'CONNECTWISE_CREDENTIALS_REFUSED');
    assert.deepEqual(removals, []);
  });

  it('starts from the beginning, whatever argument an operator passes', async () => {
    pages = () => page(1, true);
    for (const input of [null, 'now', { id: 5 }, { id: 'x', afterCompanyId: '250' }]) {
      await (await start(input)).result();
    }
    assert.deepEqual(
      asked.map(({ afterCompanyId }) => afterCompanyId),
      ['0', '0', '0', '0'],
    );
  });
});

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const [result] = await Promise.allSettled([handle.result()]);
  assert.ok(result.status === 'rejected' && result.reason instanceof WorkflowFailedError);
  assert.ok(result.reason.cause instanceof ApplicationFailure);
  return result.reason.cause;
}
