import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { PHONE, WIDE, type Desk } from './desk.ts';

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

// Colours come from the theme and places from the width, so two of the four show all of both.
const SHOWN = [
  ['light', WIDE],
  ['dark', PHONE],
] as const;

/** Every page is for everybody, in both themes, on a phone as on a wide screen. */
export function everyPageIsAccessible(desk: Desk): void {
  for (const [colorScheme, viewport] of SHOWN) {
    it(`is accessible and overflows nowhere: ${colorScheme}, ${viewport.width} px`, async () => {
      const { page, failed, heard, locked } = desk;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(viewport);
      const axe = await readFile(AXE, 'utf8');
      for (const path of [
        '/console',
        '/console?q=nowhere',
        '/console?status=BROKEN',
        `/console/calls/${failed.callSid}`,
        `/console/calls/${heard.callSid}`,
        `/console/calls/${failed.callSid}/reprocess`,
        '/console/failures',
        '/console/failures/reprocess',
        '/console/overview',
        '/console/service',
      ]) {
        await desk.open(path);
        await check(page, axe, path);
      }
      await desk.open('/console/sign-in', locked.url);
      await check(page, axe, 'sign-in');
    });
  }
}

async function check(page: Page, axe: string, what: string): Promise<void> {
  await page.evaluate(axe);
  const violations = (await page.evaluate(
    // Without preload, which copies style sheets into elements that the policy of the page forbids.
    `axe.run({ preload: false }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  )) as string[];
  assert.deepEqual(violations, [], what);
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.equal(overflow, 0, `${what} overflows`);
}
