import type { Readable } from 'node:stream';
import type { Control } from './control.ts';
import type { SampleCatalogue } from './samples.ts';

/** A stored object's facts, named as in the GCS JSON API. */
export type StoredObject = {
  readonly bucket: string;
  readonly name: string;
  /** Grows with every write; a decimal number in text, as GCS sends it. */
  readonly generation: string;
  readonly metageneration: string;
  readonly size: number;
  readonly contentType: string;
  /** Base64 of the big-endian CRC32C, as GCS sends it. */
  readonly crc32c: string;
  /** Base64 of the MD5, as GCS sends it. */
  readonly md5Hash: string;
  /** Hex. GCS has no such field; the sandbox recognises audio by it. */
  readonly sha256: string;
  /** ISO times. */
  readonly timeCreated: string;
  readonly updated: string;
  /** The custom metadata of the upload. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** The objects of the storage stand-in, for the other stand-ins in the same process. */
export type ObjectStorage = {
  bucketExists(bucket: string): boolean;
  /** Returns null if there is no such object. */
  find(bucket: string, name: string): StoredObject | null;
  /** Every object whose name begins with the prefix, sorted by name. */
  list(bucket: string, prefix: string): StoredObject[];
  /** Reads the whole object; null if there is none. */
  read(bucket: string, name: string): Promise<Buffer | null>;
  /** Opens the object's bytes; `end` is inclusive. Null if there is no such object. */
  open(bucket: string, name: string, range?: { start: number; end: number }): Readable | null;
  /** Stores an object, replacing any of that name. @throws if the bucket does not exist. */
  write(
    bucket: string,
    name: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    contentType: string,
  ): Promise<StoredObject>;
};

/** What every stand-in is given. */
export type SandboxContext = {
  readonly control: Control;
  readonly samples: SampleCatalogue;
  readonly storage: ObjectStorage;
  /** Each stand-in keeps its state in its own folder in here. */
  readonly dataDir: string;
};

/** A running stand-in. */
export type StandIn = {
  readonly port: number;
  /** Destroys open connections and resolves when the port is free. */
  stop(): Promise<void>;
};
