import type { Addresses } from './environment.ts';
import { createRunRecord, isRunning } from './run-record.ts';
import type { LocalSettings } from './settings.ts';

/**
 * The Temporal server that the `npm start` of this data folder runs, wherever its ports are; `null` if
 * none runs, if it has not come so far, or if it uses one of the user's.
 */
export function findRunningTemporal({
  dataFolder,
}: Pick<LocalSettings, 'dataFolder'>): Addresses['temporal'] {
  const record = createRunRecord(dataFolder).read();
  return record !== null && isRunning(record) ? (record.addresses?.temporal ?? null) : null;
}
