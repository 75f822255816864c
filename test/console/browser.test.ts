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

  it('plays a turn that is clicked, marks it, and keeps the position', async () => {
    const { callSid } = await startCall(service, {
      audio: { generate: { kind: 'noise', seconds: 12 } },
    });
    await untilStatus(service, callSid, 'COMPLETED');
    await open(`/console/calls/${callSid}`);
    await page.locator('#speeches .moment').first().click();
    await page.locator('#speech-0[aria-current]').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => {
      const audio = Reflect.get(globalThis, 'document') as {
        getElementById(id: string): { currentTime: number; paused: boolean };
      };
      return audio.getElementById('audio').currentTime > 5;
    });
    await page.keyboard.press(' ');
    await open(`/console/calls/${callSid}`);
    const position = await page.evaluate('document.getElementById("audio").currentTime');
    assert.ok(Number(position) > 5, String(position));
    await page.locator('summary', { hasText: 'Keys' }).click();
    await page.getByText('5 seconds on').last().waitFor();
  });

  it('reprocesses the failed calls of a cause, and proves what became of each', async () => {
    const refused = { system: 'connectwise', action: { status: 401 } };
    const calls = await Promise.all([
      ...Array.from({ length: 4 }, () => startCall(service, { faults: [refused] })),
      startCall(service, { faults: [{ ...refused, times: 2 }] }),
    ]);
    for (const { callSid } of calls) await untilStatus(service, callSid, 'FAILED');
    await open('/console');
    await page.getByRole('link', { name: 'Failures' }).click();
    const group = page.locator('#group-matchCompany-CONNECTWISE_CREDENTIALS_REFUSED');
    assert.match(await group.innerText(), /5 calls/);
    await group.getByRole('link', { name: 'Reprocess these 5' }).click();
    await page.getByRole('heading', { name: 'Reprocess 5 calls' }).waitFor();
    await page.locator('summary', { hasText: 'The calls' }).click();
    for (const { callSid } of calls) await page.getByRole('link', { name: callSid }).waitFor();
    await page.getByLabel('Calls begun per second').fill('20');
    await page.getByRole('button', { name: 'Reprocess them now' }).click();
    await page.getByText('5 of 5 have ended').waitFor();
    assert.match(await page.locator('#result').innerText(), /1 failed again, 0 were left alone/);
    await page.getByRole('heading', { name: 'Done: 4' }).waitFor();
    await page.getByRole('heading', { name: 'Failed again: 1' }).waitFor();
    // What has failed again is still a failure, and the rest is none any more.
    await page.getByRole('link', { name: 'To the failures' }).click();
    assert.match(await group.innerText(), /1 call,/);
  });

  it('stops the reprocess of a group, and tells which calls were left alone', async () => {
    const calls = await Promise.all(
      Array.from({ length: 3 }, () =>
        startCall(service, { faults: [{ system: 'phoneSystem', action: { status: 401 } }] }),
      ),
    );
    for (const { callSid } of calls) await untilStatus(service, callSid, 'FAILED');
    await open('/console/failures');
    await page.getByRole('link', { name: 'Reprocess these 3' }).click();
    // The first at once, the next after ten seconds.
    await page.getByLabel('Calls begun per second').fill('0.1');
    await page.getByRole('button', { name: 'Reprocess them now' }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('heading', { name: 'Stopped: 2' }).waitFor();
    await page.locator('#result', { hasText: '2 were left alone' }).waitFor();
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

  it('draws the calls per day, and leads from a bar to its calls', async () => {
    await open('/console/overview');
    const chart = page.locator('#chart .u-over');
    await chart.waitFor();
    await chart.hover();
    await chart.click();
    await page.waitForURL(/\/console\?from=\d{4}-\d\d-\d\d&to=/);
    await page.locator('.call').first().waitFor();
  });

  it('says when the gateway is away, and goes on by itself when it is back', async () => {
    await open('/console');
    await page.locator('.call').first().waitFor();
    const notice = page.getByText('The gateway does not answer just now');
    assert.equal(await notice.isVisible(), false);
    await page.route('**/*', (route) => route.abort());
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await notice.waitFor();
    await page.unroute('**/*');
    const call = await startCall(service);
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.locator(`[id="call-${call.callSid}"]`).waitFor();
    await notice.waitFor({ state: 'hidden' });
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
    assert.equal(await page.getByRole('link', { name: /reprocess/i }).count(), 0);
  });

  it('reprocesses in a session, with its token', async () => {
    const call = await startCall(service, {
      faults: [{ system: 'phoneSystem', action: { status: 401 } }],
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

  // Colours come from the theme and places from the width, so two of the four show all of both.
  const SHOWN = [
    ['light', DESK],
    ['dark', PHONE],
  ] as const;
  for (const [colorScheme, viewport] of SHOWN) {
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
        '/console/failures',
        '/console/failures/reprocess',
        '/console/overview',
        '/console/service',
      ]) {
        await open(path);
        await check(axe, path);
      }
      await open('/console/sign-in', locked.url);
      await check(axe, 'sign-in');
    });
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
