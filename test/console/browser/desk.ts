import assert from 'node:assert/strict';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { makeKey } from '../../support/api-keys.ts';
import { startCall } from '../../support/calls.ts';
import { chromiumOrSkip, launchChromium } from '../../support/chromium.ts';
import { untilStatus } from '../../support/conditions.ts';
import { startOwnGateway, type OwnGateway } from '../../support/own-gateway.ts';
import type { Recording } from '../../support/recordings.ts';
import { startService, type Service } from '../../support/service.ts';

export const lead = makeKey('team-lead', 'calls:read', 'calls:reprocess', 'admin');
export const dispatcher = makeKey('dispatcher', 'calls:read');

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

// Pages answer in milliseconds; what they wait for is a worker beside other tests.
const PATIENCE_MS = 60_000;

/** So that pages can say what things cost. */
const PRICES = {
  SPEECH_PRICE_PER_MINUTE: '0.016',
  LLM_PRICE_PER_MILLION_INPUT_TOKENS: '0.4',
  LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '1.6',
};

/** Sixteen seconds in which two people take turns, each on a channel. */
const TWO_CHANNELS = { file: '02-email-two-channels.wav' };

/** A browser before the whole service. What is here is there from the first test on; each test has a page of its own. */
export type Desk = {
  readonly service: Service;
  /** A second gateway of the same service, which wants keys. */
  readonly locked: OwnGateway;
  /** A call that the language model's refusal of our key has parked. */
  readonly failed: Recording;
  /** A completed call of sixteen seconds, with two channels. */
  readonly heard: Recording;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Opens a page of the gateway without keys, or of another one. */
  open(path: string, gatewayUrl?: string): Promise<void>;
};

/** Sets up a desk for the tests of a `describe`, and asserts after each that no script failed and no policy was broken. */
export function useDesk(): Desk {
  const stack = new AsyncDisposableStack();
  const faults: string[] = [];
  let browser: Browser;
  let service: Service;
  let locked: OwnGateway;
  let failed: Recording;
  let heard: Recording;
  let context: BrowserContext;
  let page: Page;

  before(async function () {
    const path = chromiumOrSkip(this);
    browser = stack.adopt(await launchChromium(path), (opened) => opened.close());
    service = stack.adopt(await startService({ env: PRICES }), (opened) => opened.stop());
    const gateway = startOwnGateway(service.databaseUrl, {
      API_KEYS: `${lead.entry},${dispatcher.entry}`,
      TEMPORAL_ADDRESS: service.temporal.address,
    });
    [locked, failed, heard] = await Promise.all([
      gateway.then((started) => stack.adopt(started, (opened) => opened.remove())),
      startCall(service, { faults: [{ system: 'languageModel', action: { status: 401 } }] }),
      startCall(service, { audio: TWO_CHANNELS }),
      startCall(service, {
        metadata: { snumber: '02079460999', cnumber: '+442079460000' },
        transcript: `Good morning. A very long word: ${'printer'.repeat(12)}. أهلا وسهلا بكم.`,
      }),
    ]);
    await untilStatus(service, failed.callSid, 'FAILED');
    await untilStatus(service, heard.callSid, 'COMPLETED');
  });
  after(() => stack.disposeAsync());

  beforeEach(async () => {
    context = await browser.newContext({ viewport: WIDE });
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

  return {
    get service() {
      return service;
    },
    get locked() {
      return locked;
    },
    get failed() {
      return failed;
    },
    get heard() {
      return heard;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    async open(path, gatewayUrl = service.gatewayUrl) {
      await page.goto(`${gatewayUrl}${path}`);
    },
  };
}

/** Signs in at the page that asks for a key. */
export async function signIn({ page }: Desk, key: string): Promise<void> {
  await page.getByLabel('Your key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
