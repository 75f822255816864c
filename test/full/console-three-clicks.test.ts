// A parked call is understood and reprocessed with at most three clicks, and by the keyboard alone.
import assert from 'node:assert/strict';

import { useDesk } from '../console/browser/desk.ts';
import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import type { Recording } from '../support/recordings.ts';

const CLICKS_AT_MOST = 3;

// More than a list of a few calls has places to stop at.
const TABS_AT_MOST = 200;

describe('from the list to a parked call that is reprocessed', () => {
  const desk = useDesk();

  async function parkCall(): Promise<Recording> {
    const faults = [{ system: 'connectwise', action: { status: 401 } }];
    const call = await startCall(desk.service, { faults });
    await untilStatus(desk.service, call.callSid, 'FAILED');
    return call;
  }

  const rowOf = (callSid: string) => desk.page.locator(`[id="call-${callSid}"]`);

  it('takes at most three clicks, and the reason is readable at once', async () => {
    let clicks = 0;
    await desk.page.exposeFunction('countClick', () => {
      clicks += 1;
    });
    // Also those that lead to another page.
    await desk.page.addInitScript({
      content: `addEventListener('click', ({ isTrusted }) => isTrusted && countClick(), true)`,
    });
    const { callSid } = await parkCall();
    await desk.open('/console');
    const row = rowOf(callSid);
    const told = await row.innerText();
    assert.match(told, /Company failed\. ConnectWise refused the API member/);
    assert.match(told, /CONNECTWISE_/, 'What to correct is missing.');
    await row.getByRole('link', { name: 'Reprocess' }).click();
    await desk.page.getByRole('button', { name: 'Reprocess now' }).click();
    await desk.page.locator('#state', { hasText: 'Done' }).waitFor();
    assert.ok(clicks > 0 && clicks <= CLICKS_AT_MOST, `${clicks} clicks`);
  });

  it('takes nothing but Tab and Enter, and where the keyboard is can be seen', async () => {
    const { callSid } = await parkCall();
    await desk.open('/console');
    await rowOf(callSid).waitFor();
    await tabTo(`[id="call-${callSid}"] .action`);
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\/reprocess$/);
    await tabTo('#begin');
    await desk.page.keyboard.press('Enter');
    await desk.page.waitForURL(/\?begun$/);
    await desk.page.locator('#state', { hasText: 'Done' }).waitFor();
  });

  /** Presses Tab until an element has the focus, and asserts of every one on the way that this can be seen. */
  async function tabTo(selector: string): Promise<void> {
    for (let tabs = 0; tabs < TABS_AT_MOST; tabs += 1) {
      await desk.page.keyboard.press('Tab');
      const [isThere, isSeen, what] = (await desk.page.evaluate(`(() => {
        const focused = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(focused);
        const { width, height, right, bottom } = focused.getBoundingClientRect();
        const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
        return [
          focused.matches(${JSON.stringify(selector)}),
          isOutlined && width > 0 && height > 0 && right > 0 && bottom > 0,
          focused.outerHTML.slice(0, 200),
        ];
      })()`)) as [boolean, boolean, string];
      assert.ok(isSeen, `The focus cannot be seen: ${what}`);
      if (isThere) return;
    }
    assert.fail(`${selector} is not reached by Tab.`);
  }
});
