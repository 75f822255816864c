import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Storage } from '@google-cloud/storage';
import type { Bucket, CreateWriteStreamOptions } from '@google-cloud/storage';
import { BUCKET } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

/** Cloud Storage accepts chunks of an upload in multiples of this. */
export const UNIT = 256 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

/** A running sandbox with access to its storage, through the official client and by plain HTTP. */
export type StorageUnderTest = {
  /** A bucket with a client of its own. */
  newBucket(): Bucket;
  /** Clears hits and faults. */
  reset(): Promise<void>;
  script(fault: { operation: string; callSid?: string; action: unknown }): Promise<void>;
  /** Hits for each call. */
  hits(): Promise<Record<string, Record<string, number>>>;
  /** The sandbox's own list of objects. */
  objects(): Promise<Record<string, unknown>[]>;
  /** Begins a resumable upload and returns its address. */
  beginSession(name: string, query?: string, metadata?: object): Promise<string>;
  stop(): Promise<void>;
};

export async function startStorageUnderTest(): Promise<StorageUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-storage-'));
  const sandbox = await startSandbox({ dataDir });
  const { controlUrl, storageApiEndpoint } = sandbox.addresses;

  async function post(url: string, content: unknown, status: number): Promise<Response> {
    const response = await fetch(url, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(content),
    });
    assert.equal(response.status, status);
    return response;
  }

  async function readControl<T>(path: string): Promise<T> {
    const content: T = JSON.parse(await (await fetch(controlUrl + path)).text());
    return content;
  }

  return {
    newBucket: () =>
      new Storage({ apiEndpoint: storageApiEndpoint, projectId: 'sandbox' }).bucket(BUCKET),
    async reset() {
      await fetch(`${controlUrl}/reset`, { method: 'POST' });
    },
    async script(fault) {
      await post(`${controlUrl}/faults`, { system: 'storage', ...fault }, 201);
    },
    async hits() {
      const hits = await readControl<{ calls: Record<string, Record<string, number>> }>('/hits');
      return hits.calls;
    },
    objects: () => readControl('/objects'),
    async beginSession(name, query = '', metadata = {}) {
      const path = `/upload/storage/v1/b/${BUCKET}/o?uploadType=resumable&name=${name}${query}`;
      const response = await post(storageApiEndpoint + path, metadata, 200);
      return response.headers.get('location') ?? '';
    },
    async stop() {
      await sandbox.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** Makes a resumable upload in pieces, on condition that the object does not exist yet. */
export async function upload(
  bucket: Bucket,
  name: string,
  content: Buffer,
  options: CreateWriteStreamOptions = {},
): Promise<void> {
  const pieces = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, index) =>
    content.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const target = bucket.file(name).createWriteStream({
    resumable: true,
    validation: 'crc32c',
    preconditionOpts: { ifGenerationMatch: 0 },
    ...options,
  });
  await pipeline(Readable.from(pieces), target);
}
