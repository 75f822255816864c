import type { Storage } from '@google-cloud/storage';
import { z } from 'zod';
import { ServiceError } from '../../domain/service-error.ts';
import { ask, hasStatus } from './transport.ts';
import type { Subject } from './errors.ts';

/** Cloud Storage gives 64-bit numbers as text; the library gives the size of an upload as a number. */
const digits = z.string().regex(/^\d+$/);

/** What is read of an object's resource. */
const objectSchema = z.object({
  generation: digits,
  size: z.union([digits.transform(Number), z.int().min(0)]),
  crc32c: z.string(),
});
export type ObjectFacts = z.infer<typeof objectSchema>;

const pageSchema = z.object({
  // Absent where nothing matches; the kind is always there, and a foreign page has none.
  kind: z.literal('storage#objects'),
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

export type Objects = ReturnType<typeof createObjects>;

/**
 * The small requests about the objects of a bucket. They go by the library's authenticated client to
 * the JSON API itself: the library's own methods take a foreign page that comes with 200 for an
 * empty list, and an empty body ends the process (measured with version 8.4).
 */
export function createObjects(storage: Storage, bucket: string) {
  const urlOf = (name: string): string => `${listUrl}/${encodeURIComponent(name)}`;
  const listUrl = `${storage.apiEndpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o`;

  async function request(
    url: string,
    params: Readonly<Record<string, string>>,
    signal: AbortSignal,
    method: 'GET' | 'DELETE' = 'GET',
  ): Promise<unknown> {
    const { data } = await storage.authClient.request<unknown>({ url, params, method, signal });
    return data;
  }

  return {
    /** What Cloud Storage knows of an object; `null` when there is none. */
    async find(subject: Subject, name: string, signal: AbortSignal): Promise<ObjectFacts | null> {
      try {
        const answer = await ask(subject, signal, (stop) => request(urlOf(name), {}, stop));
        return readObject(subject, answer);
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },

    /** The names of all objects that begin with the prefix. */
    async list(subject: Subject, prefix: string, signal: AbortSignal): Promise<string[]> {
      const names: string[] = [];
      let pageToken: string | undefined;
      do {
        const params = pageToken === undefined ? { prefix } : { prefix, pageToken };
        const answer = await ask(subject, signal, (stop) => request(listUrl, params, stop));
        const page = pageSchema.safeParse(answer);
        if (!page.success) throw foreignAnswer(subject);
        names.push(...page.data.items.map(({ name }) => name));
        pageToken = page.data.nextPageToken;
      } while (pageToken !== undefined);
      return names;
    },

    /** Deletes this generation of an object. */
    async remove(
      subject: Subject,
      name: string,
      ifGenerationMatch: string,
      signal: AbortSignal,
    ): Promise<void> {
      await ask(subject, signal, (stop) =>
        request(urlOf(name), { ifGenerationMatch }, stop, 'DELETE'),
      );
    },
  };
}

/** @throws ServiceError STORAGE_UNAVAILABLE when the answer is no object of Cloud Storage. */
export function readObject(subject: Subject, answer: unknown): ObjectFacts {
  const object = objectSchema.safeParse(answer);
  if (!object.success) throw foreignAnswer(subject);
  return object.data;
}

function foreignAnswer({ what }: Subject): ServiceError {
  return new ServiceError(
    'STORAGE_UNAVAILABLE',
    `${what} failed: what answered is not Cloud Storage, perhaps a proxy; it is tried again.`,
  );
}
