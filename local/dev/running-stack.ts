import { serviceEnvironment } from '../environment.ts';
import { LocalRunError } from '../local-run-error.ts';
import { createRunRecord, isRunning } from '../run-record.ts';
import { toLocalSettings } from '../settings.ts';

const START = '"npm start -- --without-service"';

/** What a worker and a gateway need to run beside an `npm start` that has none of its own. */
export type RunningStack = {
  readonly gatewayUrl: string;
  readonly env: Readonly<Record<string, string>>;
};

/**
 * Finds the `npm start` that runs on this machine with the data folder of this environment. Throws a
 * LocalRunError that says what to do when there is none, or none that leaves room for the two.
 */
export function findRunningStack(env: Readonly<Record<string, string>>): RunningStack {
  const { dataFolder } = toLocalSettings(env);
  const record = createRunRecord(dataFolder).read();
  if (record === null || !isRunning(record)) {
    throw new LocalRunError(
      `No npm start is running here: start it in another terminal with ${START}.`,
    );
  }
  if (record.parts.some(({ name }) => name === 'worker' || name === 'gateway')) {
    throw new LocalRunError(
      `The npm start that is running here has a worker and a gateway of its own: stop it with Ctrl-C in its terminal and start it with ${START}.`,
    );
  }
  const { addresses, gatewayUrl } = record;
  if (addresses === null) {
    throw new LocalRunError('npm start is not ready yet: try again when it says what to try.');
  }
  const settings = toLocalSettings(env, { whisper: addresses.whisper !== null });
  const databaseUrl = addresses.databaseUrl ?? settings.databaseUrl;
  if (databaseUrl === null) {
    throw new LocalRunError(
      'npm start was given a DATABASE_URL: set the same for npm run dev, or write it to .env.',
    );
  }
  if (addresses.temporal === null && !settings.ownTemporal) {
    throw new LocalRunError(
      'npm start was given a Temporal server: set the same TEMPORAL_* for npm run dev, or write them to .env.',
    );
  }
  return {
    gatewayUrl,
    env: {
      ...serviceEnvironment(settings, { ...addresses, databaseUrl }),
      // Where npm start says that the gateway is.
      PORT: new URL(gatewayUrl).port,
    },
  };
}
