import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

/** The file extensions of recordings that may be added. */
export const AUDIO_EXTENSIONS = ['.wav', '.mp3', '.flac', '.ogg', '.opus'];

/** Whether a file name ends like a recording's; some devices write the extension in capitals. */
export function hasAudioExtension(name: string): boolean {
  return AUDIO_EXTENSIONS.includes(extname(name).toLowerCase());
}

/** The ids of a call, for a recording that comes without them. */
export type OwnRecording = {
  readonly title: string;
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
};

/**
 * Derives ids from an audio file: the same for the same name and content, so that a call is found
 * again, and others for other content, so that a new file is not given the transcript of an old one.
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
