import '../src/process/node-version.cjs';

import { join } from 'node:path';

import { watch } from 'chokidar';

import { readArguments } from '../src/process/arguments.ts';
import { createRestarting } from './dev/restarting.ts';
import { findRunningStack } from './dev/running-stack.ts';
import { LocalRunError } from './local-run-error.ts';
import { paint } from './output/style.ts';
import { startKeeper } from './process/keeper.ts';
import { waitForSignal } from './process/wait-for-signal.ts';
import { PROJECT_FOLDER, readLocalEnvironment } from './settings.ts';

// An editor that saves several files, or a checkout, is one change; people do not notice the wait.
const SETTLED_AFTER_MS = 200;

readArguments({
  name: 'npm run dev',
  does: 'Runs the worker and the gateway until Ctrl-C, beside an "npm start -- --without-service" in another terminal, and restarts both when a file in src/ changes.',
  environment: {
    LOCAL_DATA_FOLDER: 'Where that npm start keeps everything. Default: .data.',
    LOG_LEVEL: 'How much the two write. Default: info.',
    '.env': 'Is read too, if there is one; .env.example explains these names and the others.',
  },
});

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (!(error instanceof LocalRunError)) throw error;
    console.error(paint('red', error.message));
    return 1;
  }
}

async function run(): Promise<void> {
  const { env, gatewayUrl } = findRunningStack(readLocalEnvironment(process.env));
  const { stop } = waitForSignal();
  const keeper = startKeeper();
  const say = (line: string) => console.log(`${paint('bold', 'dev    ')} | ${line}`);
  const program = (name: string, entry: string, stopGraceMs: number) =>
    createRestarting({
      name,
      entry,
      env,
      stopGraceMs,
      keeper,
      onLine: (line) => console.log(`${paint('dim', name.padEnd(7))} | ${line}`),
      onEnd: (how) =>
        say(
          paint('red', `the ${name} ended (${how}); it starts again when a file in src/ changes`),
        ),
    });
  // The graces of the two in npm start.
  const worker = program('worker', 'src/worker.ts', 35_000);
  const gateway = program('gateway', 'src/server.ts', 10_000);
  const restartBoth = () => Promise.all([worker.restart(), gateway.restart()]);

  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(join(PROJECT_FOLDER, 'src'), { ignoreInitial: true });
  watcher.on('all', (_, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`${path.slice(PROJECT_FOLDER.length)} has changed`);
      void restartBoth();
    }, SETTLED_AFTER_MS);
  });
  try {
    say(`worker and gateway (${gatewayUrl}) start; Ctrl-C ends both`);
    await restartBoth();
    await stop;
  } finally {
    clearTimeout(timer);
    await watcher.close();
    say('stopping');
    await Promise.all([gateway.stop(), worker.stop()]);
    keeper.close();
  }
}
