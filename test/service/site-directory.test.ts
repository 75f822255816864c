import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { ensureSiteDirectorySchedule } from '../../src/clients/temporal/site-directory-schedule.ts';
import { walkSites } from '../../src/clients/temporal/site-directory-walk.ts';
import { SITE_DIRECTORY_ID } from '../../src/domain/names.ts';
import { startCall, eventsOf } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// The site directory as operators use it: a schedule that creates itself, and one command.

const run = promisify(execFile);

describe('the site directory of a running service', () => {
  let service: Service;
  let commandWithoutTemporal: ReturnType<typeof command>;

  before(async () => {
    service = await startService({ workers: 0 });
    // It tries for ten seconds, while the other tests run.
    commandWithoutTemporal = command('127.0.0.1:1');
  });
  after(() => service.stop());

  /** `npm run site-directory`, as an operator runs it. */
  async function command(address = service.temporal.address) {
    const env = { PATH: process.env['PATH'], TEMPORAL_ADDRESS: address };
    const result = run(process.execPath, ['src/site-directory.ts'], { env });
    const [settled] = await Promise.allSettled([result]);
    if (settled.status === 'fulfilled') return { code: 0, ...settled.value };
    const { code, stdout, stderr } = settled.reason as {
      code: number;
      stdout: string;
      stderr: string;
    };
    return { code, stdout, stderr };
  }

  const walksTaken = async () =>
    (await service.client.schedule.getHandle(SITE_DIRECTORY_ID).describe()).info.numActionsTaken;

  it('names what is missing, first the schedule and then a worker, and walks once there is one', async () => {
    await assert.rejects(walkSites(service.client), {
      code: 'TEMPORAL_UNAVAILABLE',
      message: /no schedule site-directory.*npm run worker.*temporal:bootstrap/,
    });
    const worker = await service.startWorker();
    await service.client.schedule.getHandle(SITE_DIRECTORY_ID).describe();
    await worker.kill();
    await assert.rejects(walkSites(service.client, undefined, { workerAnswersWithinMs: 1_000 }), {
      code: 'TIMEOUT',
      message: /No worker answers.*npm run worker/,
    });
    await service.startWorker();
    const { companies } = await walkSites(service.client);
    assert.equal(companies, 13);
    await service.database.prisma.sitePhone.deleteMany();
  });

  it('has a daily schedule that starts one walk at a time, and keeps an operator’s changes to it', async () => {
    const schedule = service.client.schedule.getHandle(SITE_DIRECTORY_ID);
    const { policies, info, action } = await schedule.describe();
    assert.equal(policies.overlap, 'SKIP');
    assert.equal(action.workflowType, 'SiteDirectoryWorkflow');
    const [first, second] = info.nextActionTimes;
    const hours = ((second?.getTime() ?? 0) - (first?.getTime() ?? 0)) / 3_600_000;
    // A day, plus or minus the jitter.
    assert.ok(hours > 23 && hours < 25, `${hours}`);

    await schedule.pause('maintenance');
    assert.deepEqual(await ensureSiteDirectorySchedule(service.client), { exists: true });
    assert.equal((await schedule.describe()).state.paused, true);
    await schedule.unpause();
  });

  it('matches a call by the number of a site once the command has filled it', async () => {
    const metadata = { snumber: '0161 496 0162', cnumber: '+442079460000', start: 1_735_700_000 };
    const before = await startCall(service, { metadata });
    const unknown = await untilStatus(service, before.callSid, 'COMPLETED');
    assert.equal(unknown['companyMatch'], 'UNKNOWN');

    const { code, stdout } = await command();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /sites of 13 companies: the directory holds 8 numbers/);

    const { callSid } = await startCall(service, { metadata });
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.deepEqual(
      [call['companyMatch'], call['company']],
      ['MATCHED', { connectwiseId: '257', name: 'Oakfield Vets' }],
    );
    assert.ok((await eventsOf(service, callSid)).includes('COMPANY_IDENTIFIED'));
    // Contacts twice and companies once, the same as without sites.
    const hits = await service.sandbox.hitsOf(callSid);
    assert.deepEqual(
      [hits['connectwise.contacts.list'], hits['connectwise.companies.list']],
      [2, 1],
    );
  });

  it('checks with ConnectWise that the company of a site still exists', async () => {
    await service.sandbox.addConnectWise({
      companies: [{ id: 257, identifier: 'OakfieldVets', name: 'Oakfield', deletedFlag: true }],
    });
    const metadata = { snumber: '0161 496 0162', cnumber: '+442079460000', start: 1_735_700_000 };
    const { callSid } = await startCall(service, { metadata });
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.equal(call['companyMatch'], 'UNKNOWN');
  });

  it('resumes where it was after an outage of ConnectWise', async () => {
    const { total: before } = await service.sandbox.hits();
    await service.sandbox.fault({
      system: 'connectwise',
      operation: 'sites.list',
      skip: 6,
      action: { status: 503, headers: { 'retry-after': '1' } },
    });
    const { companies, numbers } = await walkSites(service.client);
    const { total: after } = await service.sandbox.hits();
    assert.deepEqual([companies, numbers], [12, 7]);
    // Twelve companies and the one request that failed; the page of companies was read twice.
    const requests = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    assert.equal(requests('connectwise.sites.list'), 13);
    assert.equal(requests('connectwise.companies.list'), 2);
  });

  it('joins a running walk instead of starting another', async () => {
    await service.sandbox.fault({
      system: 'connectwise',
      operation: 'sites.list',
      action: { delayMs: 5_000 },
    });
    const taken = await walksTaken();
    const first = walkSites(service.client);
    await waitFor('the walk to be under way', async () => (await walksTaken()) > taken);
    const second = await walkSites(service.client);
    assert.deepEqual(second, await first);
    assert.equal(await walksTaken(), taken + 1);
  });

  it('reports why a walk failed, with its code', async () => {
    await service.sandbox.fault({
      system: 'connectwise',
      operation: 'companies.list',
      action: { status: 401 },
    });
    const { code, stdout, stderr } = await command();
    assert.equal(code, 1, stdout);
    assert.match(stderr, /ConnectWise failed: it answered 401/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace for what an operator can fix');
    await assert.rejects(
      async () => {
        await service.sandbox.fault({ system: 'connectwise', action: { status: 401 } });
        await walkSites(service.client);
      },
      { code: 'CONNECTWISE_CREDENTIALS_REFUSED' },
    );
  });

  it('tells an operator when Temporal does not answer', async () => {
    const { code, stderr } = await commandWithoutTemporal;
    assert.equal(code, 1);
    assert.match(stderr, /^Temporal does not answer\. Check TEMPORAL_ADDRESS/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
});
