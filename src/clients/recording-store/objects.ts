import { z } from 'zod';

import { listOf } from '../shared/list-of.ts';
import type { ServiceError } from '../../domain/service-error.ts';
import { hasStatus, storageError, type Subject } from './errors.ts';
import type { Transport } from './transport.ts';

/** Cloud Storage gives 64-bit numbers as text; the library gives the size of an upload as a number. */
const digits = z.string().regex(/^\d+$/);

/** What is read of an object's resource. */
const objectSchema = z.object({
  generation: digits,
  size: z.union([digits.transform(Number), z.int().min(0)]),
  crc32c: z.string(),
});
export type ObjectFacts = z.infer<typeof objectSchema>;

/** Cloud Storage gives a thousand objects at most. */
const MAX_ITEMS = 1_000;

/** A submission leaves a handful of objects, and a call some dozens. */
const MAX_PAGES = 10;

const pageSchema = z.object({
  // `items` is absent where nothing matches; `kind` is always there, and other JSON does not have it.
  kind: z.literal('storage#objects'),
  items: listOf(z.object({ name: z.string() }), MAX_ITEMS).default([]),
  nextPageToken: z.string().optional(),
});

export type Objects = ReturnType<typeof createObjects>;

/**
 * Creates the small requests about the objects of a bucket. They go to the JSON API through the
 * library's authenticated client: the library's own methods take an unrelated page that comes with
 * 200 for an empty list, and an empty body ends the process (measured with version 8.4).
 */
export function createObjects({ request, withDeadline, objectsUrl, objectUrl }: Transport) {
  return {
    /** What Cloud Storage knows about an object; `null` when it does not exist. */
    async find(subject: Subject, name: string, signal: AbortSignal): Promise<ObjectFacts | null> {
      try {
        const answer = await withDeadline(subject, signal, (limited) =>
          request({ url: objectUrl(name), signal: limited }),
        );
        return readObject(subject, answer);
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },

    /** What Cloud Storage knows about one generation of an object, also if it is not the current one. */
    async get(
      subject: Subject,
      { name, generation }: { readonly name: string; readonly generation: string },
      signal: AbortSignal,
    ): Promise<ObjectFacts> {
      const answer = await withDeadline(subject, signal, (limited) =>
        request({ url: objectUrl(name), params: { generation }, signal: limited }),
      );
      return readObject(subject, answer);
    },

    /** The names of all objects that begin with the prefix. */
    async list(subject: Subject, prefix: string, signal: AbortSignal): Promise<string[]> {
      const names: string[] = [];
      let pageToken: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const params = pageToken === undefined ? { prefix } : { prefix, pageToken };
        const answer = await withDeadline(subject, signal, (limited) =>
          request({ url: objectsUrl, params, signal: limited }),
        );
        const page = pageSchema.safeParse(answer);
        if (!page.success) throw unrelatedAnswer(subject);
        names.push(...page.data.items.map(({ name }) => name));
        pageToken = page.data.nextPageToken;
        if (pageToken === undefined) return names;
      }
      throw unrelatedAnswer(subject);
    },

    /** Deletes this generation of an object. */
    async remove(
      subject: Subject,
      { name, generation }: { readonly name: string; readonly generation: string },
      signal: AbortSignal,
    ): Promise<void> {
      const params = { ifGenerationMatch: generation };
      await withDeadline(subject, signal, (limited) =>
        request({ url: objectUrl(name), params, method: 'DELETE', signal: limited }),
      );
    },
  };
}

/** @throws ServiceError STORAGE_UNAVAILABLE when the answer is not an object of Cloud Storage. */
export function readObject(subject: Subject, answer: unknown): ObjectFacts {
  const object = objectSchema.safeParse(answer);
  if (!object.success) throw unrelatedAnswer(subject);
  return object.data;
}

function unrelatedAnswer({ what }: Subject): ServiceError {
  const why = 'what answered is not Cloud Storage, perhaps a proxy';
  return storageError('STORAGE_UNAVAILABLE', what, { why });
}
