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
// Whatever was started has been stopped; a connection of ours that lingers is nobody's concern.
process.exit();

async function main(): Promise<number> {
  try {
    const { once, whisper, paths } = readArguments();
    const settings = toLocalSettings(readLocalEnvironment(process.env), { whisper });
    const recordings = await readRecordings(paths, process.env);
    refuseUnheard(settings, recordings);
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

/** A recording that nobody would listen to, or that no phone system of ours has, is no use. */
function refuseUnheard(
  { whisper, ownSystems }: LocalSettings,
  recordings: readonly RecordingFile[],
): void {
  if (recordings.length === 0) return;
  if (ownSystems.phoneSystem) {
    throw new LocalRunError(
      "Recordings are given to the sandbox's phone system, and PHONE_SYSTEM_URL names another: leave out one of them.",
    );
  }
  if (!whisper && !ownSystems.speech) {
    throw new LocalRunError(
      'The sandbox does not listen to recordings: add --whisper, as in "npm start -- --whisper call.wav".',
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
      `The data folder ${dataFolder} cannot be written to: ${(error as Error).message}. Correct its rights, or name another with LOCAL_DATA_FOLDER.`,
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

  const left = await endLeftovers(createRunRecord(settings.dataFolder).read());
  if (left.length > 0)
    progress.note(`An earlier run was killed; ended what it left: ${left.join(', ')}.`);
  await checkPorts(settings);

  const keeper = startKeeper();
  const stack = createStack(settings, keeper, progress);
  const told = waitForSignal();
  const work = async (): Promise<number> => {
    const addresses = await stack.start();
    const wereRight = await runSamples(addresses, settings, recordings, told.signal);
    if (once) return wereRight ? 0 : 1;
    console.log(nextSteps(addresses));
    return new Promise<number>(() => undefined);
  };
  try {
    // Told to stop in the middle of the samples of --once, nobody knows how they would have ended:
    // 130 is what a shell reports for a program ended by Ctrl-C.
    return await Promise.race([work(), stack.broken, told.stop.then(() => (once ? 130 : 0))]);
  } finally {
    console.log('');
    await stack.stop((part) => console.log(paint('dim', `  stopping the ${part.name}`)));
    keeper.close();
  }
}

// A signal may come twice, from the terminal and passed on by npm; a person needs longer than that.
const AGAIN_AFTER_MS = 1_000;

/** Resolves at the first signal to stop. At a second one, this process leaves at once. */
function waitForSignal(): { readonly stop: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = new Promise<void>((resolve) => {
    let firstAt: number | null = null;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // The keeper ends the parts when this process is gone.
        if (firstAt !== null && Date.now() - firstAt > AGAIN_AFTER_MS) process.exit(130);
        firstAt ??= Date.now();
        controller.abort();
        resolve();
      });
    }
  });
  return { stop, signal: controller.signal };
}
