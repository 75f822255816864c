// Fifty parked calls with three causes are dealt with from the pages alone, and the pages prove what became of each.
import assert from 'node:assert/strict';

import { useDesk } from '../console/browser/desk.ts';
import { reprocess, startCalls } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { waitFor } from '../support/wait-for.ts';

const CAUSES = {
  connectwise: { step: 'matchCompany', code: 'CONNECTWISE_CREDENTIALS_REFUSED' },
  phoneSystem: { step: 'archiveRecording', code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED' },
  languageModel: { step: 'analyzeTranscript', code: 'MODEL_CREDENTIALS_REFUSED' },
} as const;

type System = keyof typeof CAUSES;

/** How many of each: mended by one reprocess, refused a second time, and beyond any. */
const MENDED_BY_IT = 23;
const REFUSED_TWICE = 4;
const OF_PHONE_SYSTEM = 12;
// The desk has one more, which has failed for the same reason.
const OF_LANGUAGE_MODEL = 10;

const WORDS = ['Done', 'Failed again', 'Mended meanwhile', 'Stopped'] as const;

describe('fifty parked calls with three causes', () => {
  const desk = useDesk();
  const parked: Record<System, string[]> = {
    connectwise: [],
    phoneSystem: [],
    languageModel: [],
  };
  const results: Record<string, number>[] = [];

  before(async function () {
    const park = async (system: System, count: number, times = 1) => {
      const faults = [{ system, action: { status: 401 }, times }];
      const calls = await startCalls(desk.service, count, { faults });
      for (const { callSid } of calls) {
        await untilStatus(desk.service, callSid, 'FAILED');
        parked[system].push(callSid);
      }
    };
    parked.languageModel.push(desk.failed.callSid);
    await park('connectwise', MENDED_BY_IT);
    await park('connectwise', REFUSED_TWICE, 2);
    await park('phoneSystem', OF_PHONE_SYSTEM);
    await park('languageModel', OF_LANGUAGE_MODEL);
  });

  /** From the failures to the page of the reprocess of one cause, by way of its preview. */
  async function begin(system: System, rate: string): Promise<void> {
    const { page } = desk;
    const { step, code } = CAUSES[system];
    const meant = parked[system];
    await desk.open('/console/failures');
    const group = page.locator(`#group-${step}-${code}`);
    assert.match(await group.innerText(), new RegExp(`^${meant.length} calls`, 'm'));
    await group.getByRole('link', { name: `Reprocess these ${meant.length}` }).click();
    await page.getByRole('heading', { name: `Reprocess ${meant.length} calls` }).waitFor();
    // Exactly these, and what they may cost.
    const listed = await page.locator('details li').allTextContents();
    assert.deepEqual(listed.map((text) => text.trim()).toSorted(), meant.toSorted());
    const { body } = await desk.service.request('POST', '/reprocesses', {
      filter: { failedStep: step, failureCode: code },
      dryRun: true,
    });
    const { total, currency, unknownCalls } = body['cost'] as {
      total: number | null;
      currency: string;
      unknownCalls: number;
    };
    assert.ok(total !== null, 'There are prices.');
    const text = await page.locator('main').innerText();
    assert.match(text, new RegExp(`What runs again cost [0-9.]+ ${currency} last time`));
    assert.equal(text.includes(`For ${unknownCalls} of them nobody knows yet`), unknownCalls > 0);
    await page.getByLabel('Calls begun per second').fill(rate);
    await page.getByRole('button', { name: 'Reprocess them now' }).click();
    await page.getByRole('progressbar').waitFor();
    // Would be lost if the page were loaded anew.
    await page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
  }

  const ended = async () =>
    Number(/^\d+/.exec(await desk.page.locator('label[for="progress"]').innerText())?.[0]);

  /** What the page proves in the end: how many stand under each heading, with as many links below it. */
  async function readResult(): Promise<Record<string, number>> {
    const { page } = desk;
    assert.equal(await page.getByRole('heading', { name: /^Not ended yet/ }).count(), 0);
    const found: Record<string, number> = {};
    for (const word of WORDS) {
      const section = page.locator('section', {
        has: page.getByRole('heading', { name: new RegExp(`^${word}: `) }),
      });
      if ((await section.count()) === 0) continue;
      const count = Number(/\d+/.exec(await section.locator('h2').innerText())?.[0]);
      assert.equal(await section.locator('li').count(), count, word);
      found[word] = count;
    }
    results.push(found);
    return found;
  }

  it('shows which would be reprocessed and what that may cost, goes on live, and tells what failed again', async () => {
    const { page } = desk;
    await begin('connectwise', '5');
    const count = MENDED_BY_IT + REFUSED_TWICE;
    const seen = new Set<number>();
    for (let now = await ended(); now < count; now = await ended()) {
      seen.add(now);
      await page.waitForTimeout(250);
    }
    assert.ok(seen.size > 1, `It went from ${[...seen].join()} to ${count} at once.`);
    assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage') as unknown), true);
    await page.locator('#result', { hasText: 'It has ended' }).waitFor();
    assert.deepEqual(await readResult(), { Done: MENDED_BY_IT, 'Failed again': REFUSED_TWICE });
    const again = page.locator('section', { hasText: 'Failed again' });
    assert.match(await again.locator('li').first().innerText(), /ConnectWise refused/i);
  });

  it('leaves alone what somebody else has mended meanwhile', async () => {
    await begin('phoneSystem', '0.5');
    const [callSid = ''] = parked.phoneSystem.slice(-1);
    const [other = ''] = parked.phoneSystem;
    // Whichever end the list begins at, one of the two waits for its turn.
    for (const one of [callSid, other]) await reprocess(desk.service, one);
    await desk.page.locator('#result', { hasText: 'are dealt with' }).waitFor();
    const { Done = 0, 'Mended meanwhile': mended = 0, ...rest } = await readResult();
    assert.ok(mended >= 1, 'None was mended meanwhile.');
    assert.equal(Done + mended, OF_PHONE_SYSTEM);
    assert.deepEqual(rest, {});
  });

  it('stops, and the results of all three add up to the fifty', async () => {
    // The first at once, the next after twenty seconds. A stop is heard then, too.
    await begin('languageModel', '0.05');
    await waitFor('the first to be begun', async () => {
      const query = 'status=FAILED&failureCode=MODEL_CREDENTIALS_REFUSED';
      const { body } = await desk.service.request('GET', `/calls?${query}`);
      return (body['calls'] as unknown[]).length === OF_LANGUAGE_MODEL;
    });
    await desk.page.getByRole('button', { name: 'Stop it' }).click();
    await desk.page.locator('#result', { hasText: 'were left alone' }).waitFor();
    const stopped = await readResult();
    assert.equal(stopped['Stopped'], OF_LANGUAGE_MODEL);
    const sum = results.flatMap((result) => Object.values(result)).reduce((a, b) => a + b, 0);
    assert.equal(sum, 50);
    // What was not dealt with is still told among the failures, and nothing else.
    await desk.open('/console/failures');
    const groups = await desk.page.locator('.group p strong').allInnerTexts();
    // The most frequent first.
    assert.deepEqual(groups.map(Number), [OF_LANGUAGE_MODEL, REFUSED_TWICE]);
  });
});
