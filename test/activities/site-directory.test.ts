// Guarantees that the site directory holds exactly the numbers of the active sites of existing companies.
import assert from 'node:assert/strict';

import { ApplicationFailure } from '@temporalio/common';

import { startSiteRig, type SiteRig } from './site-rig.ts';

/** The rows that the sandbox's own data yields: site 721 is Dutch, 722 is inactive, 750 belongs to a deleted company. */
const ROWS = [
  '710:250:+442079460106',
  '720:252:+442079460125',
  '721:252:+31101234567',
  '730:254:+441614960152',
  '731:255:+441614960152',
  '740:257:+441614960162',
  '760:260:+442079460002',
  '770:261:+35312345690',
];

describe('the site directory', () => {
  let rig: SiteRig;

  beforeEach(async () => {
    rig = await startSiteRig();
  });
  afterEach(() => rig.stop());

  it('holds the valid numbers of active sites, each read as a number of its country', async () => {
    assert.deepEqual(await rig.walk('first'), { companies: 13, numbers: 8, removed: 0 });
    assert.deepEqual(await rig.rows(), ROWS);
    assert.deepEqual(await rig.sitePhones.listCompanyIds('+441614960152'), ['254', '255']);
    assert.deepEqual(await rig.sitePhones.listCompanyIds('+442079460199'), []);
  });

  it('is unchanged after a second walk', async () => {
    await rig.walk('first');
    await rig.walk('second');
    assert.deepEqual(await rig.rows(), ROWS);
  });

  it('follows a site that becomes inactive, changes its number or moves to another company', async () => {
    await rig.walk('first');
    await rig.sandbox.addConnectWise({
      sites: [
        {
          id: 710,
          name: 'Closed',
          company: { id: 250 },
          phoneNumber: '020 7946 0106',
          inactiveFlag: true,
        },
        { id: 740, name: 'Renumbered', company: { id: 257 }, phoneNumber: '0161 496 0163' },
        { id: 720, name: 'Sold', company: { id: 261 }, phoneNumber: '+44 20 7946 0125' },
        { id: 760, name: 'Without a number', company: { id: 260 }, phoneNumber: null },
        {
          id: 770,
          name: 'Taken over',
          company: { id: 250 },
          phoneNumber: '+353 1 234 5690',
        },
      ],
    });
    await rig.walk('second');
    assert.deepEqual(await rig.rows(), [
      '720:261:+442079460125',
      '721:252:+31101234567',
      '730:254:+441614960152',
      '731:255:+441614960152',
      '740:257:+441614960163',
      '770:250:+35312345690',
    ]);
  });

  it('drops the sites of a deleted company at the end of the walk, and not before', async () => {
    await rig.walk('first');
    await rig.sandbox.addConnectWise({
      companies: [{ id: 252, identifier: 'Gone', name: 'Gone', deletedFlag: true }],
    });
    const page = await rig.refresh('second', '0');
    assert.equal(page.companies, 12);
    assert.deepEqual(await rig.rows(), ROWS);
    const { removed } = await rig.walk('third');
    assert.equal(removed, 2);
    assert.ok((await rig.rows()).every((row) => !row.includes(':252:')));
  });

  it('keeps what a walk has not reached when the walk fails half-way', async () => {
    await rig.walk('first');
    await rig.sandbox.addConnectWise({
      sites: ['710:250', '770:261'].map((pair) => {
        const [id, company] = pair.split(':').map(Number);
        return { id, name: 'Closed', company: { id: company }, inactiveFlag: true };
      }),
    });
    await rig.sandbox.fault({
      system: 'connectwise',
      operation: 'sites.list',
      skip: 5,
      action: { status: 401 },
    });
    await assert.rejects(
      rig.refresh('second', '0'),
      (error) =>
        error instanceof ApplicationFailure &&
        error.type === 'CONNECTWISE_CREDENTIALS_REFUSED' &&
        error.nonRetryable === true,
    );
    assert.deepEqual(
      await rig.rows(),
      ROWS.filter((row) => row !== '710:250:+442079460106'),
    );
  });

  it('resumes after the last finished company when an attempt is retried', async () => {
    await rig.sandbox.fault({
      system: 'connectwise',
      operation: 'sites.list',
      skip: 5,
      action: { status: 429, headers: { 'retry-after': '7' } },
    });
    let left: unknown;
    await assert.rejects(
      rig.refresh('first', '0', { onHeartbeat: (details) => (left = details) }),
      (error) =>
        error instanceof ApplicationFailure &&
        error.type === 'CONNECTWISE_RATE_LIMITED' &&
        error.nonRetryable !== true &&
        error.nextRetryDelay === 7_000,
    );
    const { total: before } = await rig.sandbox.hits();
    const page = await rig.refresh('first', '0', { heartbeatDetails: left });
    const { total: after } = await rig.sandbox.hits();
    assert.equal(page.companies, 13);
    assert.equal(page.numbers, 8);
    assert.equal(page.nextAfterCompanyId, null);
    // Five companies were done, so eight are left.
    assert.equal(
      (after['connectwise.sites.list'] ?? 0) - (before['connectwise.sites.list'] ?? 0),
      8,
    );
    assert.deepEqual(await rig.rows(), ROWS);
  });

  it('reads more companies than fit on a page, each once', async () => {
    await rig.sandbox.addConnectWise({
      companies: Array.from({ length: 90 }, (_, index) => ({
        id: 5_000 + index,
        identifier: `Many${index}`,
        name: `Many ${index}`,
      })),
      sites: Array.from({ length: 90 }, (_, index) => ({
        id: 6_000 + index,
        name: 'Only site',
        company: { id: 5_000 + index },
        phoneNumber: `0161 496 0${300 + index}`,
      })),
    });
    const first = await rig.refresh('first', '0');
    assert.equal(first.companies, 50);
    assert.equal(first.nextAfterCompanyId, '5036');
    assert.deepEqual(await rig.walk('second'), { companies: 103, numbers: 98, removed: 0 });
    assert.equal((await rig.rows()).length, 98);
  });

  it('keeps what another walk has seen since this one began', async () => {
    const { startedAt } = await rig.refresh('slow', '0');
    await rig.walk('quick');
    const { removed } = await rig.activities.removeUnseenSitePhones({ walkId: 'slow', startedAt });
    assert.equal(removed, 0);
    assert.deepEqual(await rig.rows(), ROWS);
  });
});
