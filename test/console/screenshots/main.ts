import '../../../src/process/node-version.cjs';

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { readArguments } from '../../../src/process/arguments.ts';
import { submit } from '../../support/calls.ts';
import { findChromium, launchChromium } from '../../support/chromium.ts';
import { stopTestPostgres } from '../../support/postgres.ts';
import { startService, type Service } from '../../support/service.ts';
import { waitFor } from '../../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SAMPLES = join(ROOT, 'sandbox/samples');

type Sample = {
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
};

const PRICES = {
  SPEECH_PRICE_PER_MINUTE: '0.016',
  LLM_PRICE_PER_MILLION_INPUT_TOKENS: '0.4',
  LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '1.6',
};

readArguments({
  name: 'npm run docs:console-pictures',
  does: 'Takes the pictures of the console in docs/images, of the calls of the sandbox. Takes chromium, and about a minute.',
});
const stack = new AsyncDisposableStack();
try {
  await takeAll();
} finally {
  await stack.disposeAsync();
}

async function takeAll(): Promise<void> {
  stack.defer(stopTestPostgres);
  const path = findChromium();
  if (path === null) throw new Error('chromium is not installed (apt-get install chromium)');
  const service = stack.adopt(await startService({ env: PRICES }), (opened) => opened.stop());
  await processSamples(service);
  const browser = stack.adopt(await launchChromium(path), (opened) => opened.close());
  const { gatewayUrl } = service;

  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  await take(page, `${gatewayUrl}/console`, 'calls');
  await take(page, `${gatewayUrl}/console/failures`, 'failures');
  await take(page, `${gatewayUrl}/console/overview`, 'overview');
  await page.goto(`${gatewayUrl}/console?q=email`);
  await page.locator('.call .when').first().click();
  await page.locator('#waveform canvas').first().waitFor();
  await shoot(page, 'call', { fullPage: true });
  const phone = await browser.newPage({
    viewport: { width: 390, height: 800 },
    colorScheme: 'dark',
    locale: 'en-GB',
  });
  await take(phone, `${gatewayUrl}/console`, 'phone');
}

async function processSamples(rig: Service): Promise<void> {
  const files = readdirSync(SAMPLES).filter((name) => name.endsWith('.json'));
  for (const name of files) {
    const sample = JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as Sample;
    await submit(rig, { ...sample, callSid: sample.callRecordingId });
  }
  await waitFor('the samples to end', async () => {
    const open = await rig.request('GET', '/calls?status=PROCESSING');
    const all = await rig.request('GET', '/calls');
    return lengthOf(open.body['calls']) === 0 && lengthOf(all.body['calls']) === files.length;
  });
}

function lengthOf(calls: unknown): number {
  return Array.isArray(calls) ? calls.length : -1;
}

async function take(from: Page, address: string, name: string): Promise<void> {
  await from.goto(address);
  await shoot(from, name);
}

async function shoot(
  from: Page,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<void> {
  // Streams stay open, so the network is never idle: what is drawn last is the waveform or a chart.
  await from.waitForLoadState('load');
  await from.waitForTimeout(700);
  const file = join(ROOT, `docs/images/console-${name}.png`);
  await from.screenshot({ path: file, ...options });
  console.log(file);
}
