import { ServiceError } from '../../domain/service-error.ts';
import { hasCode, type Subject } from './errors.ts';
import { createObjects } from './objects.ts';
import type { Transport } from './transport.ts';

const DELETING: Subject = {
  what: 'Deleting the test object',
  notFound: 'STORAGE_OBJECT_MISSING',
};

/** Deletes an object with all that is left of it. Returns why it could not. */
export async function removeIfThere(
  transport: Transport,
  name: string,
  signal: AbortSignal,
): Promise<ServiceError | null> {
  const { request, withDeadline, objectUrl } = transport;
  try {
    const found = await createObjects(transport).find(DELETING, name, signal);
    if (found === null) return null;
    // Named by its generation, it is deleted even where the bucket keeps old versions.
    const params = { generation: found.generation };
    await withDeadline(DELETING, signal, (limited) =>
      request({ url: objectUrl(name), params, method: 'DELETE', signal: limited }),
    );
    return null;
  } catch (error) {
    if (hasCode(error, 'STORAGE_OBJECT_MISSING')) return null;
    if (error instanceof ServiceError) return error;
    throw error;
  }
}
