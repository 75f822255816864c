import assert from 'node:assert/strict';

import { startCall } from '../../support/calls.ts';
import { dispatcher, lead, signIn, type Desk } from './desk.ts';

/** Signing in and out, and what a key may. */
export function sessionJourneys(desk: Desk): void {
  it('signs in by keyboard into a session that scripts cannot read, and out again', async () => {
    await desk.open('/console/calls/1.1', desk.locked.url);
    await desk.page.keyboard.type(lead.key);
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\/console\/calls\/1\.1$/);
    // There is no such call.
    await desk.page.getByRole('heading', { name: 'That did not work' }).waitFor();
    await desk.open('/console', desk.locked.url);
    await desk.page.getByRole('heading', { name: 'Calls' }).waitFor();
    assert.equal(await desk.page.evaluate('document.cookie'), '');
    const [cookie] = await desk.context.cookies();
    assert.deepEqual(
      [cookie?.name, cookie?.secure, cookie?.httpOnly, cookie?.sameSite],
      ['__Host-console', true, true, 'Strict'],
    );
    await desk.page.getByRole('button', { name: 'Sign out' }).click();
    await desk.page.waitForURL(/\/console\/sign-in$/);
    await desk.open('/console', desk.locked.url);
    await desk.page.getByLabel('Your key').waitFor();
  });

  it('is live, and offers nothing to change, for a key that may only read', async () => {
    await desk.open('/console', desk.locked.url);
    await signIn(desk, dispatcher.key);
    const call = await startCall(desk.service);
    await desk.page.locator(`[id="call-${call.callSid}"]`).waitFor();
    assert.equal(await desk.page.getByRole('link', { name: /reprocess/i }).count(), 0);
  });
}
