import { ServiceError } from '../../domain/service-error.ts';

/**
 * Runs a request of a client whose failures have these codes. They then say where they happened, in
 * `place`: values of the configuration, never a key or the user part of a URL. Failures with other
 * codes belong to another system on the way and pass unchanged.
 */
export async function locateFailures<T>(
  place: string,
  codes: Readonly<Record<string, unknown>>,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw located(error, place, codes);
  }
}

/** The same for an error that was caught elsewhere, as in a stream. */
export function located(
  error: unknown,
  place: string,
  codes: Readonly<Record<string, unknown>>,
): unknown {
  return error instanceof ServiceError && Object.hasOwn(codes, error.code)
    ? error.at(place)
    : error;
}

/** The host and, unless it is the usual one, the port of a URL: all of it that a message may name. */
export function hostOf(url: string): string {
  return new URL(url).host;
}
