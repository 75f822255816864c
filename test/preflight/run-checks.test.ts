// A check ends within its time, is not made when it would say nothing, and never counts as a success then.
import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';

import { ERROR_CODES, isErrorCode } from '../../src/domain/error-codes.ts';
import { adviceBeforeStart } from '../../src/domain/advice.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { fault, ok, warning, type Check } from '../../src/preflight/check.ts';
import { judgeServer } from '../../src/preflight/checks/database.ts';
import { isReady, lineOf, summaryOf } from '../../src/preflight/report.ts';
import { runChecks } from '../../src/preflight/run-checks.ts';

const NEVER = new AbortController().signal;

const run = (checks: readonly Check[], stop: AbortSignal = NEVER) =>
  Promise.all(runChecks(checks, stop));

const check = (name: string, more: Partial<Check> = {}): Check => ({
  name,
  run: async () => ok('Well.'),
  ...more,
});

/** Ends only with its signal. */
const hang = (signal: AbortSignal) => delay(60_000, ok('Late.'), { signal, ref: false });

describe('the checks', () => {
  it('are faults when their time is over, and say after how long', async () => {
    const hanging = check('hanging', {
      withinMs: 20,
      run: async (signal) => {
        await delay(60_000, null, { signal, ref: false }).catch(() => signal.throwIfAborted());
        return ok('Late.');
      },
    });
    const [result] = await run([hanging]);
    assert.equal(result?.state, 'fault');
    assert.equal(result.says, 'There was no answer within 0.02 seconds.');
  });

  it('are waited for while they remove what they left behind', async () => {
    let isRemoved = false;
    const leaving = check('leaving', {
      withinMs: 20,
      run: async (signal) => {
        await hang(signal).catch(() => undefined);
        await delay(30);
        isRemoved = true;
        return fault('It is left under a name.', 'Delete it.');
      },
    });
    const [result] = await run([leaving]);
    assert.ok(isRemoved);
    assert.equal(result?.says, 'It is left under a name.');
  });

  it('are not made when one that they need has failed or was not made, and then do not count as ready', async () => {
    let made = 0;
    const first = check('first', { run: async () => fault('Wrong.', 'Mend it.') });
    const second = check('second', {
      needs: [first],
      run: async () => {
        made += 1;
        return ok('Well.');
      },
    });
    const results = await run([first, second, check('third', { needs: [second] })]);
    assert.deepEqual(
      results.map(({ state }) => state),
      ['fault', 'skipped', 'skipped'],
    );
    assert.equal(made, 0);
    assert.equal(isReady(results.slice(1)), false);
    assert.match(
      summaryOf(results),
      /3 checks: 0 ok, 0 with a warning, 1 with a fault, 2 not made/,
    );
  });

  it('are made after one that only warns', async () => {
    const first = check('first', { run: async () => warning('Odd.', 'Look.') });
    const results = await run([first, check('second', { needs: [first] })]);
    assert.deepEqual(
      results.map(({ state }) => state),
      ['warning', 'ok'],
    );
    assert.ok(isReady(results));
  });

  it('run side by side', async () => {
    const met = Promise.withResolvers<void>();
    const one = check('one', { run: async () => met.promise.then(() => ok('Met.')) });
    const other = check('other', {
      run: async () => {
        met.resolve();
        return ok('There.');
      },
    });
    const results = await run([one, other]);
    assert.ok(isReady(results));
  });

  it('are not made after an interruption, and are not taken for a success', async () => {
    const stop = new AbortController();
    const hanging = check('hanging', {
      run: async (signal) => {
        stop.abort();
        await delay(60_000, null, { signal, ref: false }).catch(() => signal.throwIfAborted());
        return ok('Late.');
      },
    });
    const results = await run([hanging, check('next', { needs: [hanging] })], stop.signal);
    assert.deepEqual(
      results.map(({ state }) => state),
      ['skipped', 'skipped'],
    );
  });

  it('tell of a failure what its code advises, or what the check itself does', async () => {
    const failing = check('failing', {
      run: () =>
        Promise.reject(new ServiceError('MODEL_UNAVAILABLE', 'Nobody answers.').at('host')),
    });
    const [plain] = await run([failing]);
    assert.match(
      // Whoever runs the tests may ask for colours.
      stripVTControlCharacters(lineOf(plain ?? assert.fail(), 7)),
      /FAULT +failing +Nobody answers \(MODEL_UNAVAILABLE\)\. Wait/,
    );
    const remedies = { MODEL_UNAVAILABLE: 'Check LLM_BASE_URL.' };
    const [own] = await run([{ ...failing, remedies }]);
    assert.ok(own?.state === 'fault' && own.remedy === 'Check LLM_BASE_URL.');
  });

  it('quote nothing of an error that nobody expected', async () => {
    const broken = check('broken', { run: () => Promise.reject(new TypeError('secret-key')) });
    const [result] = await run([broken]);
    assert.equal(result?.says, 'The check itself failed in an unexpected way (TypeError).');
    assert.ok(!JSON.stringify(result).includes('secret-key'));
  });
});

describe('the version of PostgreSQL', () => {
  it('has to be one that is still mended, and the server has to take writes', () => {
    assert.equal(judgeServer({ version: 13, isReadOnly: false }).state, 'fault');
    assert.equal(judgeServer({ version: 14, isReadOnly: true }).state, 'fault');
    assert.equal(judgeServer({ version: 14, isReadOnly: false }).state, 'ok');
  });
});

describe('the advice before anything runs', () => {
  it('speaks of no request, and restarts nothing', () => {
    for (const code of Object.keys(ERROR_CODES).filter(isErrorCode)) {
      if (!/^(?:DATABASE_(?!CONFLICT)|TEMPORAL|STORAGE|SPEECH|MODEL|CONNECTWISE|PHONE)/.test(code))
        continue;
      const advice = adviceBeforeStart(code);
      assert.notEqual(advice, '', code);
      assert.doesNotMatch(advice, /restart|send the request/i, code);
    }
  });
});
