import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

/** The kinds of audio that may be dropped in. */
export const AUDIO_EXTENSIONS = ['.wav', '.mp3', '.flac', '.ogg', '.opus'];

/** Whether a file is called as a recording is: some devices write endings in capitals. */
export function isCalledAudio(name: string): boolean {
  return AUDIO_EXTENSIONS.includes(extname(name).toLowerCase());
}

/** The ids of a call, for a recording that comes with none. */
export type OwnRecording = {
  readonly title: string;
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
};

/**
 * Makes up ids for an audio file: the same for the same name and content, so that a call is found
 * again, and others for other content, so that nobody gets the words of a file that has gone.
 */
export function toOwnRecording(name: string, content: Uint8Array): OwnRecording {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const base = basename(name, extname(name));
  const slug = base.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
  return {
    title: base,
    callRecordingId: `own-${slug}-${hash}`,
    recordgroup: 'own',
    recordid: hash,
  };
}
