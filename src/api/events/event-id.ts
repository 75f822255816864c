import { ServiceError } from '../../domain/service-error.ts';
import type { LogPlace } from '../../domain/log-place.ts';

/** The id of an event: the place of its row in the log, from which a stream can go on. */
export function toEventId({ transactionId, at, id }: LogPlace): string {
  return `${transactionId}.${at}.${id}`;
}

const ID = /^(\d{1,18})\.(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * The place that a `Last-Event-ID` header names; `null` without one.
 *
 * @throws ServiceError INVALID_INPUT when it is no id of ours.
 */
export function readEventId(header: string | readonly string[] | undefined): LogPlace | null {
  if (header === undefined || header === '') return null;
  const [, transactionId, at, id] = (typeof header === 'string' ? ID.exec(header) : null) ?? [];
  if (transactionId === undefined || at === undefined || id === undefined) {
    throw new ServiceError(
      'INVALID_INPUT',
      'The header Last-Event-ID must be the id of an event, as a stream of this gateway gave it.',
    );
  }
  return { transactionId: BigInt(transactionId), at: Number(at), id };
}
