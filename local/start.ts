import '../src/process/node-version.cjs';

import { join } from 'node:path';

import { MigrationError } from '../prisma/engine/migration-error.ts';
import { findUnusedSettings } from '../src/config/unused-settings.ts';
import { readArguments, refuseArguments } from '../src/process/arguments.ts';
import { closeDataFolder } from './data-folder.ts';
import { serviceEnvironment } from './environment.ts';
import { LocalRunError } from './local-run-error.ts';
import { nextSteps } from './output/next-steps.ts';
import { createProgress } from './output/progress.ts';
import { paint } from './output/style.ts';
import { checkPorts } from './port-check.ts';
import { startKeeper } from './process/keeper.ts';
import { tryLock, type Lock } from './process/lock.ts';
import { waitForSignal } from './process/wait-for-signal.ts';
import { refuseMix } from './real-systems.ts';
import { createRunRecord, endLeftovers } from './run-record.ts';
import { readRecordings, type RecordingFile } from './samples/own-recordings.ts';
import { runSamples } from './samples/run-samples.ts';
import {
  PROJECT_FOLDER,
  readEnvFile,
  readLocalEnvironment,
  toLocalSettings,
  type LocalSettings,
} from './settings.ts';
import { makeGatewayKey } from './gateway-key.ts';
import { createStack } from './stack.ts';
import { describeRivals } from './task-queue.ts';

async function main(): Promise<number> {
  const { once, whisper, withoutService, withRealSystems, paths } = readStartArguments();
  try {
    const env = readLocalEnvironment(process.env);
    for (const warning of findUnusedSettings(env, readEnvFile())) {
      console.error(paint('yellow', warning));
    }
    const settings = toLocalSettings(env, { whisper, withoutService });
    const recordings = await readRecordings(paths, process.env);
    refuseUnusable(settings, recordings);
    if (!withRealSystems) refuseMix(settings.mix);
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

const command = {
  name: 'npm start',
  does: 'Runs the whole service on this machine until Ctrl-C, and submits the sample calls. What the environment names is used; the rest (PostgreSQL, Temporal, stand-ins for the outside systems) is started.',
  operands: { name: 'RECORDING', help: 'Recordings to process too, with --whisper.' },
  flags: {
    once: {
      type: 'boolean',
      default: false,
      help: 'Ends after the sample calls, with code 0 if each ended as it should.',
    },
    whisper: {
      type: 'boolean',
      default: false,
      help: 'Transcribes with Whisper on this machine.',
    },
    'without-service': {
      type: 'boolean',
      default: false,
      help: 'Starts everything but worker and gateway, which are left to "npm run dev".',
    },
    'with-real-systems': {
      type: 'boolean',
      default: false,
      help: 'Lets stand-ins work with a database or a Temporal server of yours, which is refused otherwise: the sample calls, their made-up companies and analyses are then written to that database. Calls wait on a task queue of their own, which the real workers do not see, and a stand-in for ConnectWise does not touch the directory of sites.',
    },
  },
  environment: {
    LOCAL_DATA_FOLDER: 'Where everything is kept. Default: .data.',
    LOCAL_PORT_OFFSET: 'Moves all ports. Default: 0.',
    '.env': 'Is read too, if there is one; .env.example explains these names and the others.',
  },
} as const;

/** Reads the command line; ends the process when it cannot be used. */
function readStartArguments() {
  const { flags, operands: paths } = readArguments(command);
  const {
    once,
    whisper,
    'without-service': withoutService,
    'with-real-systems': withRealSystems,
  } = flags;
  // Calls are submitted to the gateway and need a worker.
  if (withoutService && (once || paths.length > 0)) {
    refuseArguments(
      command,
      '--without-service processes no call, so it takes neither --once nor a recording',
    );
  }
  return { once, whisper, withoutService, withRealSystems, paths };
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
    closeDataFolder(dataFolder, PROJECT_FOLDER);
    lock = tryLock(join(dataFolder, 'run.lock'));
  } catch (error) {
    throw new LocalRunError(
      `The data folder ${dataFolder} cannot be written to: ${(error as Error).message}. Correct its permissions, or choose another folder with LOCAL_DATA_FOLDER.`,
    );
  }
  if (lock !== null) return lock;
  const other = createRunRecord(dataFolder).read();
  if (other === null) {
    throw new LocalRunError('npm start is already running here, and has just begun: use that one.');
  }
  // Not Ctrl-C: its terminal may be closed, or npm was killed in it and the terminal takes other commands.
  throw new LocalRunError(
    `npm start is already running here (process ${other.pid}, gateway ${other.gatewayUrl}): use that one, or stop it first with "kill ${other.pid}".`,
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
  const gatewayKey = makeGatewayKey(settings.env);
  const stack = createStack(settings, { keeper, progress, gatewayKey });
  const shutdown = waitForSignal();
  const work = async (): Promise<number> => {
    const addresses = await stack.start();
    if (settings.withoutService) {
      console.log(nextSteps(addresses, settings));
      return new Promise<number>(() => undefined);
    }
    const areAllAsExpected = await runSamples(addresses, settings, {
      recordings,
      gatewayKey: gatewayKey?.key ?? null,
      signal: shutdown.signal,
      describeRivals: () =>
        describeRivals(serviceEnvironment(settings, addresses), stack.pidOf('worker')),
    });
    if (once) return areAllAsExpected ? 0 : 1;
    console.log(nextSteps(addresses, settings));
    return new Promise<number>(() => undefined);
  };
  try {
    // If --once is interrupted, the outcome of the samples is unknown: 130 is what a shell reports for
    // a program that was ended by Ctrl-C.
    return await Promise.race([work(), stack.broken, shutdown.stop.then(() => (once ? 130 : 0))]);
  } finally {
    console.log('');
    await stack.stop((part) => console.log(paint('dim', `  stopping the ${part.name}`)));
    keeper.close();
  }
}

process.exitCode = await main();
// Everything that was started has been stopped; a lingering connection must not keep this process alive.
process.exit();
