// Everything that a run has started ends with it, however it ends.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { processIdentity } from '../../../local/process/identity.ts';
import { startKeeper } from '../../../local/process/keeper.ts';
import { tryLock } from '../../../local/process/lock.ts';
import { startPart } from '../../../local/process/part.ts';

const HOLDER = new URL('../../support/holder-process.ts', import.meta.url);

describe('a run that is killed', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keeper-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has its parts stopped after kill -9, with their own signal, and its lock released', async () => {
    const holder = fork(HOLDER, [folder]);
    const [message] = (await once(holder, 'message')) as [{ pid: number }];
    const identity = processIdentity(message.pid);
    assert.notEqual(identity, null);
    assert.equal(tryLock(join(folder, 'lock')), null, 'the lock is held while it lives');

    holder.kill('SIGKILL');
    await until(() => processIdentity(message.pid) !== identity, 'the part has ended');
    assert.equal(readFileSync(join(folder, 'end'), 'utf8'), 'SIGTERM');
    const lock = tryLock(join(folder, 'lock'));
    assert.notEqual(lock, null);
    lock?.release();
  });
});

describe('a run that is stopping', () => {
  it('starts nothing more, and knows what it has started from the same turn on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keeper-test-'));
    const keeper = startKeeper();
    const start = (name: string) =>
      startPart({
        name,
        command: process.execPath,
        args: ['-e', 'setInterval(() => undefined, 1000)'],
        env: {},
        logPath: join(folder, 'log'),
        stopSignal: 'SIGTERM',
        stopGraceMs: 5_000,
        keeper,
      });
    try {
      const starting = start('first');
      assert.deepEqual(
        keeper.watched().map(({ name }) => name),
        ['first'],
      );
      keeper.startNothingMore();
      await assert.rejects(start('second'), /Nothing is started any more/);
      await (await starting).stop();
      assert.deepEqual(keeper.watched(), []);
    } finally {
      keeper.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, `Not within ten seconds: ${what}.`);
    await sleep(20);
  }
}
