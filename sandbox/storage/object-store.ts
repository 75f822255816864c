import { randomUUID } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ObjectStorage, StoredObject } from '../core/context.ts';
import { openJournal } from '../core/journal.ts';
import { checksumsOf } from './checksums.ts';
import type { Checksums } from './checksums.ts';
import { StorageError } from './storage-error.ts';

/** What an upload states about its object. */
export type NewObject = {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The objects on disk: one file each, named by its generation, and a journal of the current ones. */
export type ObjectStore = ObjectStorage & {
  /** Writes received bytes to a new file, and returns its path. */
  receive(source: AsyncIterable<Uint8Array>): Promise<string>;
  /**
   * Turns a received file into an object. `check` runs once the checksums are known, synchronously with
   * the commit: if it throws, the object is not stored. The file is moved or deleted in either case.
   */
  commit(path: string, object: NewObject, check: (sums: Checksums) => void): Promise<StoredObject>;
  /** The object's content, read synchronously, for small objects. Null if it no longer exists. */
  readNow(object: Pick<StoredObject, 'bucket' | 'name'>): Buffer | null;
  remove(bucket: string, name: string): void;
  all(): StoredObject[];
  close(): void;
};

type Entry =
  | { type: 'stored'; object: StoredObject }
  | { type: 'removed'; bucket: string; name: string };

/** Opens the objects of a folder. Files without a journal entry were never acknowledged, and are deleted. */
export function createObjectStore(folder: string, buckets: readonly string[]): ObjectStore {
  const blobs = join(folder, 'blobs');
  const incoming = join(folder, 'incoming');
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  mkdirSync(incoming, { recursive: true });
  const { journal, entries } = openJournal<Entry>(join(folder, 'objects.jsonl'));
  const objects = new Map<string, StoredObject>();
  entries.forEach(apply);
  journal.rewrite([...objects.values()].map((object) => ({ type: 'stored', object })));
  removeUnknownBlobs();
  let lastGeneration = Math.max(
    0,
    ...[...objects.values()].map((object) => Number(object.generation)),
  );

  function apply(entry: Entry): void {
    if (entry.type === 'stored') {
      objects.set(keyOf(entry.object.bucket, entry.object.name), entry.object);
    } else {
      objects.delete(keyOf(entry.bucket, entry.name));
    }
  }

  function removeUnknownBlobs(): void {
    const known = new Set([...objects.values()].map((object) => object.generation));
    const unknown = readdirSync(blobs).filter((generation) => !known.has(generation));
    unknown.forEach((generation) => rmSync(join(blobs, generation)));
  }

  /** Generations are microseconds, as in GCS; two in the same microsecond must differ. */
  function nextGeneration(): string {
    lastGeneration = Math.max(lastGeneration + 1, Date.now() * 1000);
    return String(lastGeneration);
  }

  function find(bucket: string, name: string): StoredObject | null {
    return objects.get(keyOf(bucket, name)) ?? null;
  }

  function open(
    bucket: string,
    name: string,
    range?: { start: number; end: number },
  ): Readable | null {
    const object = find(bucket, name);
    if (object === null) {
      return null;
    }
    // Opened immediately, so that a later delete or replacement does not affect this reader.
    const fd = openSync(join(blobs, object.generation), 'r');
    return createReadStream('', { fd, ...range });
  }

  async function receive(source: AsyncIterable<Uint8Array>): Promise<string> {
    const path = join(incoming, randomUUID());
    try {
      await pipeline(source, createWriteStream(path));
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
    return path;
  }

  const commit: ObjectStore['commit'] = async (path, input, check) => {
    try {
      const sums = await checksumsOf(path);
      const previous = find(input.bucket, input.name);
      check(sums);
      const now = new Date().toISOString();
      const object: StoredObject = {
        ...input,
        ...sums,
        generation: nextGeneration(),
        metageneration: '1',
        timeCreated: now,
        updated: now,
      };
      renameSync(path, join(blobs, object.generation));
      record({ type: 'stored', object });
      removeBlob(previous);
      return object;
    } finally {
      rmSync(path, { force: true });
    }
  };

  function record(entry: Entry): void {
    journal.append(entry);
    apply(entry);
  }

  function removeBlob(object: StoredObject | null): void {
    if (object !== null) {
      rmSync(join(blobs, object.generation), { force: true });
    }
  }

  return {
    bucketExists: (bucket) => buckets.includes(bucket),
    find,
    open,
    receive,
    commit,
    list: (bucket, prefix) =>
      [...objects.values()]
        .filter((object) => object.bucket === bucket && object.name.startsWith(prefix))
        .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
    async read(bucket, name) {
      const stream = open(bucket, name);
      return stream === null ? null : buffer(stream);
    },
    async write(bucket, name, content, contentType) {
      if (!buckets.includes(bucket)) {
        throw new StorageError(404, 'notFound', 'The specified bucket does not exist.');
      }
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const path = await receive(bytes instanceof Uint8Array ? Readable.from([bytes]) : bytes);
      return commit(path, { bucket, name, contentType, metadata: {} }, () => undefined);
    },
    readNow({ bucket, name }) {
      const object = find(bucket, name);
      return object === null ? null : readFileSync(join(blobs, object.generation));
    },
    remove(bucket, name) {
      const object = find(bucket, name);
      record({ type: 'removed', bucket, name });
      removeBlob(object);
    },
    all: () => [...objects.values()],
    close: () => journal.close(),
  };
}

/** A bucket's name contains no slash, so the key is unambiguous. */
function keyOf(bucket: string, name: string): string {
  return `${bucket}/${name}`;
}
