import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import {
  AUDIO_EXTENSIONS,
  isCalledAudio,
  toOwnRecording,
} from '../../sandbox/core/own-recording.ts';
import { LocalRunError } from '../local-run-error.ts';

/** A recording that was named on the command line. */
export type RecordingFile = { readonly name: string; readonly content: Buffer };

// The phone system's own guard (see the sandbox's control plane).
const MOST_BYTES = 40 * 1024 * 1024;

/** Reads the recordings, before anything is started. Paths count from where npm was called. */
export function readRecordings(
  paths: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<RecordingFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      if (!isCalledAudio(path)) {
        const known = AUDIO_EXTENSIONS.join(' ');
        throw new LocalRunError(`${path} is not called as a recording is: use one of ${known}.`);
      }
      const content = await readFile(resolve(env['INIT_CWD'] ?? '.', path)).catch(
        (error: NodeJS.ErrnoException) => {
          throw new LocalRunError(`${path} cannot be read (${error.code}): correct the path.`);
        },
      );
      if (content.length > MOST_BYTES) {
        throw new LocalRunError(
          `${path} exceeds ${MOST_BYTES} bytes: copy it into sandbox/samples/ instead.`,
        );
      }
      return { name: basename(path), content };
    }),
  );
}

/** Gives the recordings to the sandbox's phone system, under ids that are made up from them. */
export async function addRecordings(
  controlUrl: string,
  recordings: readonly RecordingFile[],
): Promise<void> {
  for (const { name, content } of recordings) {
    const response = await fetch(`${controlUrl}/recordings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...toOwnRecording(name, content),
        audio: { base64: content.toString('base64') },
      }),
    });
    if (!response.ok) {
      throw new LocalRunError(`The sandbox refused ${name}: ${await response.text()}`);
    }
  }
}
