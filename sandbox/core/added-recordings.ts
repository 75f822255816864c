import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AudioSource } from './audio.ts';
import { openJournal } from './journal.ts';
import type { RecordingInput } from './sample-file.ts';
import { toSample } from './sample.ts';
import type { Sample } from './sample.ts';

/** Recordings that were added over the control plane. They survive a restart. */
type AddedRecordings = {
  list(): Iterable<Sample>;
  /** @throws UnknownAudioFileError */
  add(input: RecordingInput): Sample;
  close(): void;
};

/** Thrown when a recording names an audio file that does not exist; the message is for the sender. */
export class UnknownAudioFileError extends Error {
  override readonly name = 'UnknownAudioFileError';
}

/** Opens the recordings that were added to a data folder. */
export function createAddedRecordings(dataDir: string, samplesDir: string): AddedRecordings {
  const folder = join(dataDir, 'recordings');
  mkdirSync(folder, { recursive: true });
  const { journal, entries } = openJournal<RecordingInput>(join(dataDir, 'recordings.jsonl'));
  const samples = new Map<string, Sample>();
  const keep = (input: RecordingInput): Sample => {
    const sample = toSample(input, toSource(input), input.callRecordingId);
    samples.set(sample.callRecordingId, sample);
    return sample;
  };

  function toSource({ audio, callRecordingId }: RecordingInput): AudioSource {
    if ('generate' in audio) {
      return { generate: audio.generate };
    }
    // An added file is stored in the data folder under the call's id; the journal keeps no base64.
    return {
      path: 'file' in audio ? join(samplesDir, audio.file) : join(folder, callRecordingId),
    };
  }

  entries.forEach(keep);
  return {
    list: () => samples.values(),
    add(input) {
      let kept = input;
      if ('base64' in input.audio) {
        const path = join(folder, input.callRecordingId);
        writeFileSync(`${path}.new`, Buffer.from(input.audio.base64, 'base64'));
        renameSync(`${path}.new`, path);
        kept = { ...input, audio: { base64: '' } };
      } else if ('file' in input.audio) {
        const { file } = input.audio;
        if (file !== basename(file) || !existsSync(join(samplesDir, file))) {
          throw new UnknownAudioFileError(
            `Failed to add the recording: there is no audio file ${file} among the samples.`,
          );
        }
      }
      journal.append(kept);
      return keep(kept);
    },
    close: () => journal.close(),
  };
}
