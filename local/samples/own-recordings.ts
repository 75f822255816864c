import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import {
  AUDIO_EXTENSIONS,
  hasAudioExtension,
  toOwnRecording,
} from '../../sandbox/core/own-recording.ts';
import { LocalRunError } from '../local-run-error.ts';

/** A recording that was named on the command line. */
export type RecordingFile = { readonly name: string; readonly content: Buffer };

// The largest recording that the sandbox's control plane accepts (sandbox/control-api.ts).
const MAX_BYTES = 40 * 1024 * 1024;

/** Reads the recordings before anything is started. Paths are relative to the folder npm was called in. */
export function readRecordings(
  paths: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<RecordingFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      if (!hasAudioExtension(path)) {
        const known = AUDIO_EXTENSIONS.join(' ');
        throw new LocalRunError(
          `${path} is not an audio file: its name must end in one of ${known}.`,
        );
      }
      const content = await readFile(resolve(env['INIT_CWD'] ?? '.', path)).catch(
        (error: NodeJS.ErrnoException) => {
          throw new LocalRunError(`${path} cannot be read (${error.code}): correct the path.`);
        },
      );
      if (content.length > MAX_BYTES) {
        throw new LocalRunError(
          `${path} is larger than ${MAX_BYTES} bytes: copy it into sandbox/samples/ instead.`,
        );
      }
      return { name: basename(path), content };
    }),
  );
}

/** Adds the recordings to the sandbox's phone system, under ids derived from their names and contents. */
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
