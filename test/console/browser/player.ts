import assert from 'node:assert/strict';

import type { Page } from 'playwright-core';

import { waitFor } from '../../support/wait-for.ts';
import type { Desk } from './desk.ts';

/** Of what a channel is at its loudest: a column is two pixels wide in places, and rounded. */
const DRAWN_TO = 0.1;

/** How long the recording is. */
const SECONDS = 15.9;

/** Calls are listened to beside what was said in them. */
export function playerJourneys(desk: Desk): void {
  it('draws how loud each channel was, as the gateway says, before anything of the recording is loaded', async () => {
    const { page, heard, service } = desk;
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await desk.open(`/console/calls/${heard.callSid}`);
    await page.locator('#waveform canvas').first().waitFor();
    const { body } = await service.request('GET', `/calls/${heard.callSid}/waveform?perSecond=20`);
    const channels = body['channels'] as { readonly peaks: readonly number[] }[];
    assert.equal(channels.length, 2);
    const drawn = await drawnChannels(page);
    assert.equal(drawn.length, channels.length);
    for (const [index, { peaks }] of channels.entries()) {
      const loudest = Math.max(...peaks);
      for (let slice = 0; slice < SLICES; slice += 1) {
        const found = greatestIn(drawn[index] ?? [], slice);
        // A column at the edge of a slice may show the peak beside it.
        const least = greatestIn(peaks, slice, -1) / loudest - DRAWN_TO;
        const most = greatestIn(peaks, slice, 1) / loudest + DRAWN_TO;
        assert.ok(least < found && found < most, `${index}, ${slice}: ${least}, ${found}, ${most}`);
      }
    }
    assert.deepEqual(
      loaded.filter((path) => path.endsWith('/recording')),
      [],
    );
  });

  it('plays from the moment at which the waveform is clicked, and from a turn that is clicked after it', async () => {
    const { page, heard } = desk;
    await desk.open(`/console/calls/${heard.callSid}`);
    const waveform = page.locator('#waveform');
    await waveform.locator('canvas').first().waitFor();
    const { width, height } = (await waveform.boundingBox()) ?? { width: 0, height: 0 };
    await waveform.click({ position: { x: width * 0.75, y: height / 2 } });
    const clicked = SECONDS * 0.75;
    // It plays on while it is looked at.
    await waitFor('the moment', async () => isWithin(await positionOf(page), clicked, clicked + 1));
    await page.keyboard.press(' ');
    // Now nothing of the recording is loaded when the clicks come.
    const bothClicks = Promise.withResolvers<undefined>();
    await page.route('**/recording?stream', async (route) => {
      await bothClicks.promise;
      await route.continue();
    });
    await desk.open(`/console/calls/${heard.callSid}`);
    await waveform.locator('canvas').first().waitFor();
    await waveform.click({ position: { x: width * 0.75, y: height / 2 } });
    await page.locator('#speeches .moment').first().click();
    bothClicks.resolve(undefined);
    await page.locator('#speech-0[aria-current]').waitFor();
    await waitFor('the turn', async () => isWithin(await positionOf(page), 0.5, 3));
  });

  it('plays a turn that is clicked, marks it, and keeps the position', async () => {
    const { page, heard } = desk;
    await desk.open(`/console/calls/${heard.callSid}`);
    await page.locator('#speeches .moment').first().click();
    await page.locator('#speech-0[aria-current]').waitFor();
    await page.keyboard.press('ArrowRight');
    await waitFor('the fifth second', async () => (await positionOf(page)) > 5);
    await page.keyboard.press(' ');
    await desk.open(`/console/calls/${heard.callSid}`);
    const position = await positionOf(page);
    assert.ok(position > 5, String(position));
    await page.locator('summary', { hasText: 'Keys' }).click();
    await page.getByText('5 seconds on').last().waitFor();
  });
}

/** Into how many slices of time a waveform is cut to be compared. */
const SLICES = 16;

/** The greatest value in a slice that is made wider by so many values at both ends. */
function greatestIn(values: readonly number[], slice: number, wider = 0): number {
  const at = (edge: number) => Math.round((edge * values.length) / SLICES);
  return Math.max(...values.slice(Math.max(0, at(slice) - wider), at(slice + 1) + wider));
}

/** What part of its height each column of each channel's picture is painted. */
async function drawnChannels(page: Page): Promise<number[][]> {
  return (await page.evaluate(`
    [...document.querySelector('#waveform > div').shadowRoot.querySelectorAll('.canvases canvas')].map(
      (canvas) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        const isPainted = (x, y) => data[(y * width + x) * 4 + 3] > 0;
        return Array.from({ length: width }, (_, x) =>
          Array.from({ length: height }, (_, y) => y).filter((y) => isPainted(x, y)).length / height);
      })`)) as number[][];
}

function isWithin(value: number, least: number, most: number): boolean {
  return least <= value && value <= most;
}

async function positionOf(page: Page): Promise<number> {
  return (await page.evaluate('document.getElementById("audio").currentTime')) as number;
}
