import '../src/process/node-version.cjs';

import { readArguments } from '../src/process/arguments.ts';
import { serviceEnvironment } from './environment.ts';
import { LocalRunError } from './local-run-error.ts';
import { createRunRecord, isRunning } from './run-record.ts';
import { readLocalEnvironment, toLocalSettings } from './settings.ts';

readArguments({
  name: 'npm run --silent worker:env',
  does: 'Prints what a second worker needs to run beside a running npm start, as lines for a shell: eval "$(npm run --silent worker:env)" && npm run worker',
  environment: {
    LOCAL_DATA_FOLDER: 'Where that npm start keeps everything. Default: .data.',
    '.env': 'Is read too, if there is one; .env.example explains these names and the others.',
  },
});

try {
  for (const [name, value] of Object.entries(readEnvironmentOfRun())) {
    console.log(`export ${name}=${quote(value)}`);
  }
} catch (error) {
  if (!(error instanceof LocalRunError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** What the run adds to, or changes in, the environment and `.env` of this process. */
function readEnvironmentOfRun(): Record<string, string> {
  const env = readLocalEnvironment(process.env);
  const { dataFolder } = toLocalSettings(env);
  const record = createRunRecord(dataFolder).read();
  if (record === null || !isRunning(record) || record.addresses === null) {
    throw new LocalRunError('No npm start is running here, or it is not ready yet.');
  }
  const { addresses } = record;
  const settings = toLocalSettings(env, { whisper: addresses.whisper !== null });
  const databaseUrl = addresses.databaseUrl ?? settings.databaseUrl;
  if (databaseUrl === null || (addresses.temporal === null && !settings.ownTemporal)) {
    throw new LocalRunError(
      'npm start was given a database or a Temporal server: set the same here, or write it to .env.',
    );
  }
  const { PORT: _, ...all } = serviceEnvironment(settings, { ...addresses, databaseUrl });
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => process.env[name] !== value),
  );
}

/** As one word of any shell of the POSIX kind. */
function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
