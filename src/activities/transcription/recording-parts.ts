import { channelOf } from '../../audio/split-channels.ts';
import { readWavLayout, WAV_HEAD_BYTES } from '../../audio/wav-layout.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { AudioFile } from '../../clients/transcription-server/client.ts';
import type { Recognition } from '../../domain/recognition.ts';
import type { HeardRecording } from '../hearing/heard-recording.ts';
import type { ArchivedCall } from '../step/archived-call.ts';

/** What is sent in one request. */
export type RecordingPart = {
  /** 1-based; `null`: all channels as they are. */
  readonly channel: number | null;
  readonly file: AudioFile;
};

/**
 * The recording as it is to be sent: each channel separately where the format can be split, else the
 * whole file. Reads the head of a WAV file with several channels; the rest is read when it is sent.
 */
export async function toRecordingParts(
  recordingStore: RecordingStore,
  { call, sound }: { readonly call: ArchivedCall; readonly sound: HeardRecording | null },
  signal: AbortSignal,
): Promise<readonly RecordingPart[]> {
  const content = () => recordingStore.open(call.recordingUrl, call.recordingGeneration, signal);
  const extension = /\.([a-z0-9]+)$/.exec(call.recordingUrl)?.[1] ?? 'wav';
  // The name does not tell the server which call it is.
  const file = {
    name: `recording.${extension}`,
    mimeType: call.mimeType ?? 'application/octet-stream',
  };
  const sizeBytes = Number(call.sizeBytes);
  const samples = sound?.samples ?? null;
  const isOne = (call.audioChannels ?? 1) === 1;
  // A server believes a header that claims too little, so it gets another one.
  const mayBeSplit = extension === 'wav' && (!isOne || samples?.headerClaimsFewer === true);
  const layout = mayBeSplit
    ? readWavLayout(await readHead(content()), sizeBytes, samples?.sizeBytes ?? null)
    : null;
  if (layout === null) return [{ channel: null, file: { ...file, sizeBytes, content } }];

  return Array.from({ length: layout.channels }, (_, index) => {
    const channel = channelOf(layout, index + 1);
    return {
      channel: isOne ? null : index + 1,
      file: { ...file, sizeBytes: channel.sizeBytes, content: () => channel.read(content()) },
    };
  });
}

/** How the channels of a recording are heard when it is sent in these parts. */
export function channelsOf(
  call: ArchivedCall,
  parts: readonly RecordingPart[],
): Recognition['channels'] {
  if (parts.length > 1) return 'separate';
  return (call.audioChannels ?? 1) > 1 ? 'mixed' : 'single';
}

async function readHead(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= WAV_HEAD_BYTES) break;
  }
  return Buffer.concat(chunks);
}
