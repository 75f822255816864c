// Run by keeper.test.ts: starts a part under a keeper, holds a lock, and waits to be killed.
import { join } from 'node:path';

import { startKeeper } from '../../local/process/keeper.ts';
import { tryLock } from '../../local/process/lock.ts';
import { startPart } from '../../local/process/part.ts';

const folder = process.argv[2] ?? '';
const lock = tryLock(join(folder, 'lock'));
const part = await startPart({
  name: 'sleeper',
  command: process.execPath,
  args: [
    '-e',
    `process.on('SIGTERM', () => { require('fs').writeFileSync('end', 'SIGTERM'); process.exit(); });
     console.log('ready'); setInterval(() => {}, 1000);`,
  ],
  env: process.env,
  cwd: folder,
  logPath: join(folder, 'log'),
  stopSignal: 'SIGTERM',
  stopGraceMs: 5_000,
  keeper: startKeeper(),
});
while (!part.lastLines(1).includes('ready'))
  await new Promise((resolve) => setTimeout(resolve, 20));
process.send?.({ pid: part.pid, holdsLock: lock !== null });
setInterval(() => lock, 1000);
