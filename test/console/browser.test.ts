// People find their way in a real browser: what failed is found, understood, reprocessed and seen to complete.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { startCall } from '../support/calls.ts';
import { makeKey } from '../support/api-keys.ts';
import { openChromium } from '../support/chromium.ts';
import { untilStatus } from '../support/conditions.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import type { Recording } from '../support/recordings.ts';
import { startService, type Service } from '../support/service.ts';

const lead = makeKey('team-lead', 'calls:read', 'calls:reprocess', 'admin');
const dispatcher = makeKey('dispatcher', 'calls:read');

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

// Pages answer in milliseconds; what they wait for is a worker beside other tests.
const PATIENCE_MS = 60_000;

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };

describe('the console in a browser', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let service: Service;
  let locked: OwnGateway;
  let failed: Recording;
  const faults: string[] = [];

  before(async function () {
    browser = await openChromium(this);
    stack.defer(() => browser.close());
    service = await startService();
    stack.defer(() => service.stop());
    locked = await startOwnGateway(service.databaseUrl, {
      API_KEYS: `${lead.entry},${dispatcher.entry}`,
      TEMPORAL_ADDRESS: service.temporal.address,
    });
    stack.defer(() => locked.remove());
    [failed] = await Promise.all([
      startCall(service, { faults: [{ system: 'languageModel', action: { status: 401 } }] }),
      startCall(service, {
        metadata: { snumber: '02079460999', cnumber: '+442079460000' },
        transcript: `Good morning. A very long word: ${'printer'.repeat(12)}. أهلا وسهلا بكم.`,
      }),
    ]);
    await untilStatus(service, failed.callSid, 'FAILED');
  });
  after(() => stack.disposeAsync());

  beforeEach(async () => {
    context = await browser.newContext({ viewport: DESK });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    faults.length = 0;
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => {
      // A policy that is broken is only told to the console.
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(faults, []);
  });

  const open = (path: string, gateway = service.gatewayUrl) => page.goto(`${gateway}${path}`);

  it('shows a call by itself when it begins, and how it ends', async () => {
    await open('/console');
    const call = await startCall(service);
    const row = page.locator(`[id="call-${call.callSid}"]`);
    await row.locator('.state', { hasText: 'Done' }).waitFor();
    assert.match(await row.innerText(), /There is marmalade in the printer/);
  });

  it('leads with three clicks from the list to a failed call that is reprocessed, and shows it complete without reloading', async () => {
    await open('/console');
    const row = page.locator(`[id="call-${failed.callSid}"]`);
    assert.match(await row.innerText(), /The language model refused the key/);
    await page.locator('#parked a').click();
    await row.getByRole('link', { name: 'Reprocess' }).click();
    await page.getByRole('cell', { name: 'Yes' }).first().waitFor();
    await page.getByRole('button', { name: 'Reprocess now' }).click();
    await page.waitForURL(/\/console\/calls\/[^/]+\?begun$/);
    // Would be lost if the page were loaded anew.
    await page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
    await page.locator('#state', { hasText: 'Done' }).waitFor();
    assert.match(await page.locator('#parked').innerText(), /No call has failed/);
    assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage') as unknown), true);
  });

  it('finds a call by a word, keeps the search in the address, and goes back to it', async () => {
    await open('/console');
    await page.getByLabel('Search what was said').fill('marmalade');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?q=marmalade$/);
    await page.locator('mark', { hasText: 'marmalade' }).first().waitFor();
    await page.locator('.call .when').first().click();
    await page.getByRole('heading', { name: 'What was said' }).waitFor();
    await page.goBack();
    assert.equal(await page.getByLabel('Search what was said').inputValue(), 'marmalade');
  });

  it('keeps open what was unfolded and what is typed while the page is brought up to date', async () => {
    await open('/console');
    await page.locator('summary', { hasText: 'Filters' }).click();
    await page.getByLabel('Search what was said').fill('half a wo');
    const call = await startCall(service);
    await page.locator(`[id="call-${call.callSid}"]`).waitFor();
    assert.equal(await page.getByLabel('Search what was said').inputValue(), 'half a wo');
    assert.ok(await page.getByLabel('State').isVisible());
  });

  it('signs in by keyboard into a session that scripts cannot read, and out again', async () => {
    await open('/console/calls/1.1', locked.url);
    await page.keyboard.type(lead.key);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/calls\/1\.1$/);
    await open('/console', locked.url);
    await page.getByRole('heading', { name: 'Calls' }).waitFor();
    assert.equal(await page.evaluate('document.cookie'), '');
    const [cookie] = await context.cookies();
    assert.deepEqual(
      [cookie?.name, cookie?.secure, cookie?.httpOnly, cookie?.sameSite],
      ['__Host-console', true, true, 'Strict'],
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/console\/sign-in$/);
    await open('/console', locked.url);
    await page.getByLabel('Your key').waitFor();
  });

  it('brings whoever is signed in from a link on another site to where it leads', async () => {
    await open('/console', locked.url);
    await page.getByLabel('Your key').fill(dispatcher.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.call').first().waitFor();
    // The same gateway under another name is another site.
    const elsewhere = locked.url.replace('127.0.0.1', 'localhost');
    await page.goto(`${elsewhere}/console/sign-in`);
    await page.evaluate((target) => {
      const link = Reflect.get(globalThis, 'document') as {
        body: { innerHTML: string };
      };
      link.body.innerHTML = `<a href="${target}">a link</a>`;
    }, `${locked.url}/console?status=COMPLETED`);
    await page.getByText('a link').click();
    await page.locator('.call').first().waitFor();
    assert.match(page.url(), /127\.0\.0\.1.*status=COMPLETED$/);
  });

  it('is live, and offers nothing to change, for a key that may only read', async () => {
    await open('/console', locked.url);
    await page.getByLabel('Your key').fill(dispatcher.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const call = await startCall(service);
    await page.locator(`[id="call-${call.callSid}"] .state`, { hasText: 'Done' }).waitFor();
    assert.equal(await page.getByText('Reprocess').count(), 0);
  });

  it('reprocesses in a session, with its token', async () => {
    const call = await startCall(service, {
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await untilStatus(service, call.callSid, 'FAILED');
    await open(`/console/calls/${call.callSid}/reprocess`, locked.url);
    await page.getByLabel('Your key').fill(lead.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Why, for the log').fill('key corrected');
    await page.getByRole('button', { name: 'Reprocess now' }).click();
    await page.locator('#state', { hasText: 'Done' }).waitFor();
    await page.locator('summary', { hasText: 'entries' }).click();
    await page.getByText('by team-lead').first().waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [DESK, PHONE]) {
      it(`is accessible and overflows nowhere: ${colorScheme}, ${viewport.width} px`, async () => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(viewport);
        const axe = await readFile(AXE, 'utf8');
        for (const path of [
          '/console',
          '/console?q=nowhere',
          '/console?status=BROKEN',
          `/console/calls/${failed.callSid}`,
          `/console/calls/${failed.callSid}/reprocess`,
        ]) {
          await open(path);
          await check(axe, path);
        }
        await open('/console/sign-in', locked.url);
        await check(axe, 'sign-in');
      });
    }
  }

  async function check(axe: string, what: string): Promise<void> {
    await page.evaluate(axe);
    const violations = (await page.evaluate(
      `axe.run().then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
    )) as string[];
    assert.deepEqual(violations, [], what);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.equal(overflow, 0, `${what} overflows`);
  }
});
