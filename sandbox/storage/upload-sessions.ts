import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredObject } from '../core/context.ts';
import { openJournal } from '../core/journal.ts';
import type { NewObject } from './object-store.ts';
import type { Preconditions } from './preconditions.ts';

/** GCS keeps an interrupted upload in units of 256 KiB, and requires chunks to be multiples of that. */
export const CHUNK_UNIT_BYTES = 256 * 1024;

/** The parameters that a resumable upload began with. */
export type UploadSession = {
  readonly id: string;
  readonly object: NewObject;
  readonly preconditions: Preconditions;
  /** The checksums that the client declared for the object; null if it did not. */
  readonly declared: { readonly crc32c: string | null; readonly md5Hash: string | null };
};

/** Resumable uploads that have begun. They survive a restart, with the bytes they received. */
export type UploadSessions = {
  begin(session: Omit<UploadSession, 'id'>): UploadSession;
  /** Returns null for an unknown id, or if the upload was cancelled. */
  find(id: string): { session: UploadSession; stored: StoredObject | null } | null;
  pathOf(id: string): string;
  receivedBytes(id: string): number;
  /**
   * Appends bytes that belong at `offset` (which is at most the number received; an overlap is skipped).
   * If the source fails, whole units of the received bytes are kept, and its error is thrown.
   */
  append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Remembers the stored object, so that a repeated last request gets the same answer. */
  finish(id: string, stored: StoredObject): void;
  giveUp(id: string): void;
  close(): void;
};

type Entry =
  | { type: 'begun'; session: UploadSession }
  | { type: 'finished'; id: string; stored: StoredObject }
  | { type: 'given up'; id: string };

/** Opens the upload sessions of a folder. */
export function createUploadSessions(folder: string): UploadSessions {
  const uploads = join(folder, 'uploads');
  mkdirSync(uploads, { recursive: true });
  const { journal, entries } = openJournal<Entry>(join(folder, 'sessions.jsonl'));
  const sessions = new Map<string, { session: UploadSession; stored: StoredObject | null }>();
  entries.forEach(apply);
  readdirSync(uploads)
    .filter((id) => !sessions.has(id))
    .forEach((id) => rmSync(join(uploads, id)));

  function apply(entry: Entry): void {
    if (entry.type === 'begun') {
      sessions.set(entry.session.id, { session: entry.session, stored: null });
      return;
    }
    const known = sessions.get(entry.id);
    if (known !== undefined && entry.type === 'finished') {
      known.stored = entry.stored;
    } else {
      sessions.delete(entry.id);
    }
  }

  function record(entry: Entry): void {
    journal.append(entry);
    apply(entry);
  }

  const pathOf = (id: string): string => join(uploads, id);

  function receivedBytes(id: string): number {
    return existsSync(pathOf(id)) ? statSync(pathOf(id)).size : 0;
  }

  return {
    begin(input) {
      const session = { ...input, id: randomUUID() };
      record({ type: 'begun', session });
      return session;
    },
    find: (id) => sessions.get(id) ?? null,
    pathOf,
    receivedBytes,
    async append(id, offset, source) {
      let overlap = receivedBytes(id) - offset;
      const file = await open(pathOf(id), 'a');
      try {
        for await (const chunk of source) {
          const fresh = chunk.subarray(Math.min(overlap, chunk.length));
          overlap -= chunk.length - fresh.length;
          await file.appendFile(fresh);
        }
      } catch (error) {
        await truncate(pathOf(id), wholeUnits(receivedBytes(id)));
        throw error;
      } finally {
        await file.close();
      }
    },
    finish(id, stored) {
      record({ type: 'finished', id, stored });
    },
    giveUp(id) {
      record({ type: 'given up', id });
      rmSync(pathOf(id), { force: true });
    },
    close: () => journal.close(),
  };
}

function wholeUnits(bytes: number): number {
  return bytes - (bytes % CHUNK_UNIT_BYTES);
}
