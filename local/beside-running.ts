import '../src/process/node-version.cjs';

import { LocalRunError } from './local-run-error.ts';
import { findRunningTemporal } from './running-addresses.ts';
import { readLocalEnvironment, toLocalSettings } from './settings.ts';

// node --import ./local/beside-running.ts src/site-directory.ts
// Commands that ask Temporal for something find the server of a running npm start, unless the
// environment or .env names one. Without either they use their own default.
try {
  const settings = toLocalSettings(readLocalEnvironment(process.env));
  const temporal = settings.ownTemporal ? null : findRunningTemporal(settings);
  if (temporal !== null) {
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    process.env['TASK_QUEUE'] ??= settings.taskQueue;
  }
} catch (error) {
  // What is wrong with the settings of npm start is for npm start to say.
  if (!(error instanceof LocalRunError)) throw error;
}
