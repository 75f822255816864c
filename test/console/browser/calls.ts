import assert from 'node:assert/strict';

import { startCall } from '../../support/calls.ts';
import type { Desk } from './desk.ts';

/** The list of calls, and what leads on from it. */
export function callsJourneys(desk: Desk): void {
  it('shows a call by itself when it begins, and how it ends', async () => {
    await desk.open('/console');
    const call = await startCall(desk.service);
    const row = desk.page.locator(`[id="call-${call.callSid}"]`);
    await row.locator('.state', { hasText: 'Done' }).waitFor();
    assert.match(await row.innerText(), /There is marmalade in the printer/);
  });

  it('leads with three clicks from the list to a failed call that is reprocessed, and shows it complete without reloading', async () => {
    await desk.open('/console');
    const row = desk.page.locator(`[id="call-${desk.failed.callSid}"]`);
    assert.match(await row.innerText(), /The language model refused the key/);
    await desk.page.locator('#parked a').click();
    await row.getByRole('link', { name: 'Reprocess' }).click();
    await desk.page.getByRole('cell', { name: 'Yes' }).first().waitFor();
    await desk.page.getByRole('button', { name: 'Reprocess now' }).click();
    await desk.page.waitForURL(/\/console\/calls\/[^/]+\?begun$/);
    // Would be lost if the page were loaded anew.
    await desk.page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
    await desk.page.locator('#state', { hasText: 'Done' }).waitFor();
    assert.match(await desk.page.locator('#parked').innerText(), /No call has failed/);
    assert.equal(
      await desk.page.evaluate(() => Reflect.get(globalThis, 'isSamePage') as unknown),
      true,
    );
  });

  it('finds a call by a word, keeps the search in the address, and goes back to it', async () => {
    await desk.open('/console');
    await desk.page.getByLabel('Search what was said').fill('marmalade');
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\?q=marmalade$/);
    await desk.page.locator('mark', { hasText: 'marmalade' }).first().waitFor();
    await desk.page.locator('.call .when').first().click();
    await desk.page.getByRole('heading', { name: 'What was said' }).waitFor();
    await desk.page.goBack();
    assert.equal(await desk.page.getByLabel('Search what was said').inputValue(), 'marmalade');
  });

  it('draws the calls per day, and leads from a bar to its calls', async () => {
    await desk.open('/console/overview');
    const chart = desk.page.locator('#chart .u-over');
    await chart.waitFor();
    await chart.hover();
    await chart.click();
    await desk.page.waitForURL(/\/console\?from=\d{4}-\d\d-\d\d&to=/);
    await desk.page.locator('.call').first().waitFor();
  });
}
