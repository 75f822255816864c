import type { TranscriptSegment } from '../../domain/transcript.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import {
  createTranscriptionServer,
  type AudioFile,
  type TranscriptionServerConfig,
} from './client.ts';

export type ServerTrial = {
  /** Has the file transcribed as those of calls are. Throws SPEECH_* codes. */
  transcribe(
    file: AudioFile,
    keep: KeepReply,
    signal: AbortSignal,
  ): Promise<readonly TranscriptSegment[]>;
  close(): Promise<void>;
};

/** The fields that reply.ts and times.ts read. */
const READS = [
  ...['text', 'language', 'duration', 'segments[].start', 'segments[].end', 'segments[].text'],
  ...['segments[].no_speech_prob', 'segments[].avg_logprob'],
  ...['segments[].words[].word', 'segments[].words[].start', 'segments[].words[].end'],
  ...['words[].word', 'words[].text', 'words[].start', 'words[].end'],
];

/** Creates the request of one trial of a transcription server. */
export function createServerTrial(config: TranscriptionServerConfig): ServerTrial {
  const server = createTranscriptionServer(config);
  return {
    async transcribe(file, keep, signal) {
      const text = await server.transcribe(file, signal);
      keep({ operation: 'audio/transcriptions', reply: parse(text), reads: READS });
      const reply = await server.parseReply(text);
      return server.toSegments([{ channel: null, reply }], null);
    },
    close: () => server.close(),
  };
}

/** Servers write numbers that JSON does not know; their replies are read leniently, and not compared. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
