// Ten thousand calls are there to be scrolled through, while new ones arrive, and names of any length and script fit.
import assert from 'node:assert/strict';

import type { Browser, Page } from 'playwright-core';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { addListedCall } from '../api/listed-calls.ts';
import { chromiumOrSkip, launchChromium } from '../support/chromium.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';

const ROWS = 10_000;

// Triggers keep a second table; more at once take longer than a query may.
const BATCH = 500;

const NAMES = [
  'Aktiengesellschaft für Rindfleischetikettierungsüberwachung und Aufgabenübertragung',
  'Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww',
  'شركة النور للمخابز والحلويات الشرقية والغربية المحدودة في المدينة القديمة',
  'מאפיית אור (בע״מ) 24/7',
];

describe('a long list', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let page: Page;
  let database: Database;
  let url: string;

  before(async function () {
    browser = await launchChromium(chromiumOrSkip(this));
    stack.defer(() => browser.close());
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    for (let from = 0; from < ROWS; from += BATCH) await addCalls(from);
    for (const [index, name] of NAMES.entries()) {
      await addListedCall(database, {
        callSid: `name.${index}`,
        startTime: new Date(Date.UTC(2026, 10, 1) + index * 60_000),
        company: { connectwiseId: String(index), name },
      });
    }
    const gateway = await startOwnGateway(testDatabase.url);
    stack.defer(() => gateway.remove());
    ({ url } = gateway);
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await page.goto(`${url}/console`);
  });
  after(() => stack.disposeAsync());

  const addCalls = (from: number) =>
    database.prisma.call.createMany({
      data: Array.from({ length: BATCH }, (_, index) => ({
        callSid: `many.${from + index}`,
        recordgroup: '1',
        recordid: '1',
        callStatus: 'COMPLETED' as const,
        outcome: 'ANALYZED' as const,
        startTime: new Date(Date.UTC(2026, 9, 1) + (from + index) * 60_000),
        runId: `run ${from + index}`,
        transition: 1n,
      })),
    });

  const rows = () => page.locator('.call').count();

  it('shows names of eighty characters and of other scripts on a phone without overflowing', async () => {
    for (const name of NAMES) await page.getByText(name).waitFor();
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.equal(overflow, 0);
  });

  it('goes on as its end is reached, each call once and newest first', async () => {
    while ((await rows()) < 500) {
      const before = await rows();
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await page.locator('.call').nth(before).waitFor({ state: 'attached' });
    }
    const started = (await page.evaluate(
      `[...document.querySelectorAll('.call')].map(({ dataset }) => dataset.started)`,
    )) as string[];
    assert.deepEqual(started, started.toSorted().toReversed());
    assert.equal(new Set(started).size, started.length);
  });

  it('is scrolled to its end, and stays in order as calls arrive', async () => {
    // The rest at once, as the script of the page does it page by page.
    await page.evaluate(`(async () => {
      for (let link; (link = document.querySelector('#older a.more')) !== null; ) {
        link.click();
        while (link.isConnected) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })()`);
    assert.equal(await rows(), ROWS + NAMES.length);
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.locator('[id="call-many.0"]').waitFor();
    await addListedCall(database, {
      callSid: 'new.1',
      startTime: new Date(Date.UTC(2026, 11, 1)),
    });
    // No step wrote it, so nothing tells of it: the page looks by itself when it comes back into view.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.locator('[id="call-new.1"]').waitFor({ state: 'attached' });
    assert.equal(await rows(), ROWS + NAMES.length + 1);
    const first = await page.locator('.call').first().getAttribute('id');
    assert.equal(first, 'call-new.1');
  });
});
