import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { MigrationError } from '../prisma/engine/migration-error.ts';
import { LocalRunError } from './local-run-error.ts';
import { nextSteps } from './output/next-steps.ts';
import { createProgress } from './output/progress.ts';
import { paint } from './output/style.ts';
import { checkPorts } from './port-check.ts';
import { startKeeper } from './process/keeper.ts';
import { tryLock, type Lock } from './process/lock.ts';
import { createRunRecord, endLeftovers } from './run-record.ts';
import { readRecordings, type RecordingFile } from './samples/own-recordings.ts';
import { runSamples } from './samples/run-samples.ts';
import { readLocalEnvironment, toLocalSettings, type LocalSettings } from './settings.ts';
import { createStack } from './stack.ts';

// npm start                everything in one command, until Ctrl-C
// npm start -- --once      ends after the sample calls; exit code 0 if each ended as it should
// npm start -- --whisper   transcribes with Whisper on this machine; a recording's path may follow
process.exitCode = await main();
// Everything that was started has been stopped; a lingering connection must not keep this process alive.
process.exit();

async function main(): Promise<number> {
  try {
    const { once, whisper, paths } = readArguments();
    const settings = toLocalSettings(readLocalEnvironment(process.env), { whisper });
    const recordings = await readRecordings(paths, process.env);
    refuseUnusable(settings, recordings);
    const lock = holdDataFolder(settings);
    try {
      return await run(settings, recordings, once);
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof LocalRunError || error instanceof MigrationError)) throw error;
    console.error(`\n${paint('red', error.message)}`);
    return 1;
  }
}

type Arguments = {
  readonly once: boolean;
  readonly whisper: boolean;
  /** Of recordings of the user's own. */
  readonly paths: readonly string[];
};

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        once: { type: 'boolean', default: false },
        whisper: { type: 'boolean', default: false },
      },
    });
    return { ...values, paths: positionals };
  } catch (error) {
    throw new LocalRunError(
      `${(error as Error).message.split('.')[0]}: "npm start" takes no argument but "-- --once", "-- --whisper" and, with that, the paths of recordings.`,
    );
  }
}

/** Refuses recordings that nothing could transcribe, or that the phone system in use would not have. */
function refuseUnusable(
  { whisper, ownSystems }: LocalSettings,
  recordings: readonly RecordingFile[],
): void {
  if (recordings.length === 0) return;
  if (ownSystems.phoneSystem) {
    throw new LocalRunError(
      "Recordings are added to the sandbox's phone system, but PHONE_SYSTEM_URL names another one: leave out the recordings or PHONE_SYSTEM_URL.",
    );
  }
  if (!whisper && !ownSystems.speech) {
    throw new LocalRunError(
      'The sandbox cannot recognise speech: add --whisper, as in "npm start -- --whisper call.wav".',
    );
  }
}

/** Makes sure, until the lock is released, that no other run uses the same data. */
function holdDataFolder({ dataFolder }: LocalSettings): Lock {
  let lock: Lock | null;
  try {
    lock = tryLock(join(dataFolder, 'run.lock'));
  } catch (error) {
    throw new LocalRunError(
      `The data folder ${dataFolder} cannot be written to: ${(error as Error).message}. Correct its permissions, or choose another folder with LOCAL_DATA_FOLDER.`,
    );
  }
  if (lock !== null) return lock;
  const other = createRunRecord(dataFolder).read();
  const which = other === null ? '' : ` (process ${other.pid}, gateway ${other.gatewayUrl})`;
  throw new LocalRunError(
    `npm start is already running here${which}: use that one, or stop it with Ctrl-C in its terminal first.`,
  );
}

/** Starts, shows the samples, waits, stops. Returns the exit code. */
async function run(
  settings: LocalSettings,
  recordings: readonly RecordingFile[],
  once: boolean,
): Promise<number> {
  const progress = createProgress();
  console.log(
    `\n${paint('bold', 'Call processing')} on this machine, state in ${settings.dataFolder}\n`,
  );

  const leftovers = await endLeftovers(createRunRecord(settings.dataFolder).read());
  if (leftovers.length > 0)
    progress.note(
      `An earlier run was killed; stopped what it left running: ${leftovers.join(', ')}.`,
    );
  await checkPorts(settings);

  const keeper = startKeeper();
  const stack = createStack(settings, keeper, progress);
  const shutdown = waitForSignal();
  const work = async (): Promise<number> => {
    const addresses = await stack.start();
    const areAllAsExpected = await runSamples(addresses, settings, recordings, shutdown.signal);
    if (once) return areAllAsExpected ? 0 : 1;
    console.log(nextSteps(addresses));
    return new Promise<number>(() => undefined);
  };
  try {
    // If --once is interrupted, the outcome of the samples is unknown: 130 is what a shell reports for
    // a program that was ended by Ctrl-C.
    return await Promise.race([
      work(),
      stack.broken,
      shutdown.requested.then(() => (once ? 130 : 0)),
    ]);
  } finally {
    console.log('');
    await stack.stop((part) => console.log(paint('dim', `  stopping the ${part.name}`)));
    keeper.close();
  }
}

// The terminal and npm may each send the same signal; a person does not press Ctrl-C again that fast.
const SECOND_AFTER_MS = 1_000;

/** Resolves at the first signal to stop. A second one ends this process at once. */
function waitForSignal(): { readonly requested: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    let firstAt: number | null = null;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // The keeper stops the parts once this process has exited.
        if (firstAt !== null && Date.now() - firstAt > SECOND_AFTER_MS) process.exit(130);
        firstAt ??= Date.now();
        controller.abort();
        resolve();
      });
    }
  });
  return { requested, signal: controller.signal };
}
