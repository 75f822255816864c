import { callsOfObject } from '../storage/call-of-object.ts';
import { rpcError } from './rpc-error.ts';

/** The only location that the sandbox serves, as `eu-speech.googleapis.com` serves only `eu`. */
export const SPEECH_LOCATION = 'eu';

export type Place = { readonly project: string; readonly location: string };
export type ObjectAddress = { readonly bucket: string; readonly name: string };

/** Reads `projects/P/locations/L/recognizers/R` and checks the location. @throws INVALID_ARGUMENT. */
export function parseRecognizer(name: string): Place & { readonly recognizer: string } {
  const match = /^projects\/([^/]+)\/locations\/([^/]+)\/recognizers\/([^/]+)$/.exec(name);
  const [, project, location, recognizer] = match ?? [];
  if (project === undefined || location === undefined || recognizer === undefined) {
    throw rpcError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  checkLocation(location);
  return { project, location, recognizer };
}

/** Reads `projects/P/locations/L` and checks the location. @throws INVALID_ARGUMENT. */
export function parsePlace(name: string): Place {
  const [, project, location] = /^projects\/([^/]+)\/locations\/([^/]+)$/.exec(name) ?? [];
  if (project === undefined || location === undefined) {
    throw rpcError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  checkLocation(location);
  return { project, location };
}

/** Reads `gs://bucket/name`; null for anything else. */
export function parseGsUri(uri: string): ObjectAddress | null {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  return bucket === undefined || name === undefined ? null : { bucket, name };
}

/** The calls that a request belongs to, by the names of the objects it reads and writes. */
export function callSidsOf(uris: readonly string[]): string[] {
  const names = uris.map((uri) => parseGsUri(uri)?.name ?? '');
  return [...new Set(names.flatMap(callsOfObject))];
}

/** Google's message, as seen when a recognizer was requested at the address of another region. */
function checkLocation(location: string): void {
  if (location !== SPEECH_LOCATION) {
    throw rpcError(
      'INVALID_ARGUMENT',
      `Expected resource location to be ${SPEECH_LOCATION}, but found ${location} in resource name.`,
    );
  }
}
