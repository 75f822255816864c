import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Addresses } from './environment.ts';
import { endProcess } from './process/end-process.ts';
import { processIdentity } from './process/identity.ts';
import type { Part } from './process/part.ts';

type RecordedPart = { readonly name: string; readonly pid: number; readonly identity: string };

/** What a run records about itself for the next one. */
type RunRecord = {
  readonly pid: number;
  readonly identity: string | null;
  /** Where the gateway is, or is to be. */
  readonly gatewayUrl: string;
  readonly parts: readonly RecordedPart[];
  /** Where everything else is; `null` until all of it is up. */
  readonly addresses: RecordedAddresses | null;
};

/** A database of the user's own is not written down, because its address may hold a password. */
type RecordedAddresses = Omit<Addresses, 'databaseUrl'> & { readonly databaseUrl: string | null };

/** Keeps `run.json` in the data folder. */
export function createRunRecord(dataFolder: string) {
  const path = join(dataFolder, 'run.json');
  return {
    read: (): RunRecord | null =>
      existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RunRecord) : null,
    write(run: {
      readonly gatewayUrl: string;
      readonly parts: Iterable<Pick<Part, 'name' | 'pid'>>;
      readonly addresses: RecordedAddresses | null;
    }): void {
      const parts = [...run.parts].flatMap(({ name, pid }) => {
        const identity = processIdentity(pid);
        return identity === null ? [] : [{ name, pid, identity }];
      });
      const { pid } = process;
      const record: RunRecord = { ...run, pid, identity: processIdentity(pid), parts };
      // Renamed into place, so that a reader never sees a half-written file.
      writeFileSync(`${path}.new`, JSON.stringify(record, null, 2));
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

/** Whether the run that wrote this is still there. */
export function isRunning({ pid, identity }: RunRecord): boolean {
  return identity !== null && processIdentity(pid) === identity;
}

/**
 * Stops the parts that a killed earlier run has left running, newest first, and returns their names.
 * They are not reused: nobody knows what they were started with.
 */
export async function endLeftovers(record: RunRecord | null): Promise<string[]> {
  const leftovers = (record?.parts ?? []).filter(
    ({ pid, identity }) => processIdentity(pid) === identity,
  );
  for (const part of leftovers.toReversed()) {
    await endProcess({
      ...part,
      stopSignal: part.name.startsWith('PostgreSQL') ? 'SIGINT' : 'SIGTERM',
      // The keeper has already asked them to stop; one that is still busy may be killed.
      stopGraceMs: 5_000,
    });
  }
  return leftovers.map(({ name }) => name);
}
