import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { ServiceError } from '../domain/service-error.ts';
import { inspectAudio, type AudioFacts } from './inspect-audio.ts';

/** Five minutes of uncompressed telephone audio on two channels have five megabytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** A trial is paid for, and shows no more by a longer recording. */
const MAX_SECONDS = 5 * 60;

/**
 * Reads a short recording from a file. Throws INVALID_INPUT when it cannot be read, is too long or
 * does not say how long it is, and RECORDING_* codes when it is no usable audio.
 */
export async function readTrialRecording(
  path: string,
): Promise<AudioFacts & { readonly bytes: Buffer; readonly durationSeconds: number }> {
  const bytes = await read(path);
  const { audio, facts } = await inspectAudio(Readable.from([bytes]));
  audio.resume();
  const known = await facts;
  const { durationSeconds } = known;
  if (durationSeconds === null) throw refused('it does not say how long it is');
  if (durationSeconds > MAX_SECONDS) {
    throw refused(
      `it lasts ${Math.round(durationSeconds)} seconds, and a trial takes ${MAX_SECONDS}`,
    );
  }
  return { ...known, bytes, durationSeconds };
}

async function read(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw refused(`it has more than ${MAX_BYTES} bytes`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && !(error instanceof ServiceError)) {
      throw refused(`the file cannot be read (${String(error.code)})`, error);
    }
    throw error;
  }
}

function refused(why: string, cause?: unknown): ServiceError {
  return new ServiceError('INVALID_INPUT', `The recording cannot be used for a trial: ${why}.`, {
    cause,
  });
}
