import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { PHONE, WIDE, type Desk } from './desk.ts';

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** How a page may be looked at. */
export type Look = {
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
};

// Colours come from the theme and places from the width, so two of the four show all of both.
const TWO_LOOKS: readonly Look[] = [
  { colorScheme: 'light', viewport: WIDE },
  { colorScheme: 'dark', viewport: PHONE },
];

export const ALL_LOOKS: readonly Look[] = [
  ...TWO_LOOKS,
  { colorScheme: 'dark', viewport: WIDE },
  { colorScheme: 'light', viewport: PHONE },
];

/** Every page is for everybody, in both themes, on a phone as on a wide screen. */
export function everyPageIsAccessible(desk: Desk, looks = TWO_LOOKS): void {
  for (const look of looks) {
    it(`is accessible and overflows nowhere: ${look.colorScheme}, ${look.viewport.width} px`, async () => {
      const { page, failed, heard, locked } = desk;
      await lookAt(page, look);
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
        await assertAccessible(page, path);
      }
      await desk.open('/console/sign-in', locked.url);
      await assertAccessible(page, 'sign-in');
    });
  }
}

export async function lookAt(page: Page, { colorScheme, viewport }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize(viewport);
}

/** Asserts that axe finds no violation on the page as it is now, and that nothing overflows its width. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(await readFile(AXE, 'utf8'));
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
