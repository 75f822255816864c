// What takes people longer in a real browser: groups of failed calls are dealt with, a gateway is away and comes back.
import assert from 'node:assert/strict';

import { dispatcher, lead, signIn, useDesk } from '../console/browser/desk.ts';
import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';

describe('longer ways through the console in a browser', () => {
  const desk = useDesk();

  it('reprocesses the failed calls of a cause, and proves what became of each', async () => {
    const refused = { system: 'connectwise', action: { status: 401 } };
    const calls = await Promise.all([
      ...Array.from({ length: 4 }, () => startCall(desk.service, { faults: [refused] })),
      startCall(desk.service, { faults: [{ ...refused, times: 2 }] }),
    ]);
    for (const { callSid } of calls) await untilStatus(desk.service, callSid, 'FAILED');
    await desk.open('/console');
    await desk.page.getByRole('link', { name: 'Failures' }).click();
    const group = desk.page.locator('#group-matchCompany-CONNECTWISE_CREDENTIALS_REFUSED');
    assert.match(await group.innerText(), /5 calls/);
    await group.getByRole('link', { name: 'Reprocess these 5' }).click();
    await desk.page.getByRole('heading', { name: 'Reprocess 5 calls' }).waitFor();
    await desk.page.locator('summary', { hasText: 'The calls' }).click();
    for (const { callSid } of calls) await desk.page.getByRole('link', { name: callSid }).waitFor();
    await desk.page.getByLabel('Calls begun per second').fill('20');
    await desk.page.getByRole('button', { name: 'Reprocess them now' }).click();
    await desk.page.getByText('5 of 5 have ended').waitFor();
    assert.match(
      await desk.page.locator('#result').innerText(),
      /1 failed again, 0 were left alone/,
    );
    await desk.page.getByRole('heading', { name: 'Done: 4' }).waitFor();
    await desk.page.getByRole('heading', { name: 'Failed again: 1' }).waitFor();
    // What has failed again is still a failure, and the rest is none any more.
    await desk.page.getByRole('link', { name: 'To the failures' }).click();
    assert.match(await group.innerText(), /1 call,/);
  });

  it('stops the reprocess of a group, and tells which calls were left alone', async () => {
    const calls = await Promise.all(
      Array.from({ length: 3 }, () =>
        startCall(desk.service, { faults: [{ system: 'phoneSystem', action: { status: 401 } }] }),
      ),
    );
    for (const { callSid } of calls) await untilStatus(desk.service, callSid, 'FAILED');
    await desk.open('/console/failures');
    await desk.page.getByRole('link', { name: 'Reprocess these 3' }).click();
    // The first at once, the next after ten seconds.
    await desk.page.getByLabel('Calls begun per second').fill('0.1');
    await desk.page.getByRole('button', { name: 'Reprocess them now' }).click();
    await desk.page.getByRole('button', { name: 'Stop it' }).click();
    await desk.page.getByRole('heading', { name: 'Stopped: 2' }).waitFor();
    await desk.page.locator('#result', { hasText: '2 were left alone' }).waitFor();
  });

  it('keeps open what was unfolded and what is typed while the page is brought up to date', async () => {
    await desk.open('/console');
    await desk.page.locator('summary', { hasText: 'Filters' }).click();
    await desk.page.getByLabel('Search what was said').fill('half a wo');
    const call = await startCall(desk.service);
    await desk.page.locator(`[id="call-${call.callSid}"]`).waitFor();
    assert.equal(await desk.page.getByLabel('Search what was said').inputValue(), 'half a wo');
    assert.ok(await desk.page.getByLabel('State').isVisible());
  });

  it('says when the gateway is away, and goes on by itself when it is back', async () => {
    await desk.open('/console');
    await desk.page.locator('.call').first().waitFor();
    const notice = desk.page.getByText('The gateway does not answer just now');
    assert.equal(await notice.isVisible(), false);
    await desk.page.route('**/*', (route) => route.abort());
    await desk.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await notice.waitFor();
    await desk.page.unroute('**/*');
    const call = await startCall(desk.service);
    await desk.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await desk.page.locator(`[id="call-${call.callSid}"]`).waitFor();
    await notice.waitFor({ state: 'hidden' });
  });

  it('plays from the word that is clicked', async () => {
    const { page, heard } = desk;
    await desk.open(`/console/calls/${heard.callSid}`);
    await page.locator('#waveform canvas').first().waitFor();
    const piece = page.locator('#speeches [data-from]').last();
    await piece.scrollIntoViewIfNeeded();
    // Where its last word stands, and about when that was said.
    const [x, y, from, until] = (await page.evaluate(`(() => {
      const element = [...document.querySelectorAll('#speeches [data-from]')].at(-1);
      const text = element.firstChild;
      const range = document.createRange();
      range.setStart(text, text.length - 2);
      range.setEnd(text, text.length - 1);
      const { x, y, width, height } = range.getBoundingClientRect();
      return [x + width / 2, y + height / 2, Number(element.dataset.from), Number(element.dataset.until)];
    })()`)) as [number, number, number, number];
    // Held back, so that the moment is still the one that was asked for.
    await page.evaluate(`{
      const audio = document.getElementById('audio');
      audio.play = () => Promise.resolve();
    }`);
    await page.mouse.click(x, y);
    const position = Number(await page.evaluate(`document.getElementById('audio').currentTime`));
    assert.ok(
      position > (from + until) / 2 && position < until,
      `${position}, of ${from} to ${until}`,
    );
  });

  it('brings whoever is signed in from a link on another site to where it leads', async () => {
    await desk.open('/console', desk.locked.url);
    await signIn(desk, dispatcher.key);
    await desk.page.locator('.call').first().waitFor();
    // The same gateway under another name is another site.
    const elsewhere = desk.locked.url.replace('127.0.0.1', 'localhost');
    await desk.page.goto(`${elsewhere}/console/sign-in`);
    await desk.page.evaluate((target) => {
      const link = Reflect.get(globalThis, 'document') as {
        body: { innerHTML: string };
      };
      link.body.innerHTML = `<a href="${target}">a link</a>`;
    }, `${desk.locked.url}/console?status=COMPLETED`);
    await desk.page.getByText('a link').click();
    await desk.page.locator('.call').first().waitFor();
    assert.match(desk.page.url(), /127\.0\.0\.1.*status=COMPLETED$/);
  });

  it('reprocesses in a session, with its token', async () => {
    const call = await startCall(desk.service, {
      faults: [{ system: 'phoneSystem', action: { status: 401 } }],
    });
    await untilStatus(desk.service, call.callSid, 'FAILED');
    await desk.open(`/console/calls/${call.callSid}/reprocess`, desk.locked.url);
    await signIn(desk, lead.key);
    await desk.page.getByLabel('Why, for the log').fill('key corrected');
    await desk.page.getByRole('button', { name: 'Reprocess now' }).click();
    await desk.page.locator('#state', { hasText: 'Done' }).waitFor();
    await desk.page.locator('summary', { hasText: 'entries' }).click();
    await desk.page.getByText('by team-lead').first().waitFor();
  });
});
