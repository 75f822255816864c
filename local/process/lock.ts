import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** Can be held by one process at a time. The operating system releases it when the process dies. */
export type Lock = { release(): void };

/**
 * Takes the lock of the given file, or returns `null` if another process holds it. The lock is an open
 * SQLite transaction: SQLite uses the operating system's file locks, which Node does not expose, so a
 * crash leaves no stale lock behind.
 */
export function tryLock(path: string): Lock | null {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { release: () => database.close() };
}

/** Waits for the lock as long as it takes; calls `onWait` once if it has to wait. */
export async function waitForLock(path: string, onWait: () => void): Promise<Lock> {
  let lock = tryLock(path);
  if (lock === null) onWait();
  while (lock === null) {
    // The holder needs seconds to minutes; a fifth of a second more goes unnoticed.
    await sleep(200);
    lock = tryLock(path);
  }
  return lock;
}

// SQLITE_BUSY, from SQLite's list of result codes.
const BUSY = 5;

function isBusy(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === BUSY;
}
