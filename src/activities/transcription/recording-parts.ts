import type { AudioExtension } from '../../audio/audio-format.ts';
import type { Ear } from '../../audio/ear/ear.ts';
import { channelOf } from '../../audio/split-channels.ts';
import { readWavLayout, WAV_HEAD_BYTES, type WavLayout } from '../../audio/wav-layout.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { AudioFile } from '../../clients/transcription-server/client.ts';
import type { Recognition } from '../../domain/recognition.ts';
import type { HeardRecording } from '../hearing/heard-recording.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import { type Cutting, cuttingOfCompressed, cuttingOfWav, type OpenRecording } from './cutting.ts';

/** What of a recording is heard by itself. */
export type SentChannel = {
  /** 1-based; `null`: all channels as they are. */
  readonly channel: number | null;
  /** All of it. */
  readonly file: AudioFile;
  /** How it can be sent in parts; `null` where nobody here can decode it. May read the recording's head. */
  cutting(): Promise<Cutting | null>;
  /** Ends what decodes it; it may be read again. */
  close(): void;
};

export type OpenedRecording = {
  /** What is sent one by one. */
  readonly channels: readonly SentChannel[];
  /** All of it as it is. */
  readonly whole: SentChannel;
};

type Deps = { readonly recordingStore: RecordingStore; readonly ear: Ear };

type Recording = {
  readonly call: ArchivedCall;
  readonly sound: HeardRecording | null;
  readonly file: AudioFile;
  readonly open: OpenRecording;
};

/** Opus is decoded to this rate, whatever it was before encoding. */
const OPUS_RATE_HERTZ = 16_000;

/** The extensions of recordings whose samples are compressed. */
const COMPRESSED: ReadonlyMap<string, AudioExtension> = new Map(
  (['mp3', 'flac', 'ogg'] as const).map((extension) => [extension, extension]),
);

/**
 * The recording as it is to be sent: each channel separately where the format can be split or decoded,
 * else the whole file. Reads at most the head of a WAV file; the rest is read when it is sent.
 */
export async function openRecording(
  { recordingStore, ear }: Deps,
  { call, sound }: Pick<Recording, 'call' | 'sound'>,
  signal: AbortSignal,
): Promise<OpenedRecording> {
  const sizeBytes = Number(call.sizeBytes);
  const open = (fromByte: number) =>
    fromByte > 0 && fromByte >= sizeBytes
      ? nothing()
      : recordingStore.open(call.recordingUrl, call.recordingGeneration, signal, fromByte);
  const extension = /\.([a-z0-9]+)$/.exec(call.recordingUrl)?.[1] ?? 'wav';
  // The name does not tell the server which call it is.
  const file = {
    name: `recording.${extension}`,
    mimeType: call.mimeType ?? 'application/octet-stream',
    sizeBytes,
    content: () => open(0),
  };
  const recording = { call, sound, file, open };
  const compressed = COMPRESSED.get(extension);
  return compressed === undefined ? openWav(recording) : openCompressed(ear, recording, compressed);
}

/** How the channels of a recording are heard when these are sent one by one. */
export function channelsOf(
  call: ArchivedCall,
  channels: readonly SentChannel[],
): Recognition['channels'] {
  if (channels.length > 1) return 'separate';
  return (call.audioChannels ?? 1) > 1 ? 'mixed' : 'single';
}

async function openWav({ call, sound, file, open }: Recording): Promise<OpenedRecording> {
  const samples = sound?.samples ?? null;
  const layoutOf = async () =>
    readWavLayout(await readHead(open(0)), file.sizeBytes, samples?.sizeBytes ?? null);
  const isOne = (call.audioChannels ?? 1) === 1;
  const whole: SentChannel = {
    channel: null,
    file,
    async cutting() {
      const layout = isOne ? await layoutOf() : null;
      return layout?.channels === 1 ? cuttingOfWav(layout, 1, open) : null;
    },
    close: () => undefined,
  };
  // A server believes a header that claims too little, so it gets another one.
  const layout = !isOne || samples?.headerClaimsFewer === true ? await layoutOf() : null;
  if (layout === null) return { channels: [whole], whole };
  const channels = Array.from({ length: layout.channels }, (_, index) =>
    wavChannel(layout, index + 1, { file, open }),
  );
  return { channels, whole };
}

function wavChannel(
  layout: WavLayout,
  channel: number,
  { file, open }: Pick<Recording, 'file' | 'open'>,
): SentChannel {
  const part = channelOf(layout, channel);
  return {
    channel: layout.channels === 1 ? null : channel,
    file: { ...file, sizeBytes: part.sizeBytes, content: () => part.read(open(0)) },
    cutting: () => Promise.resolve(cuttingOfWav(layout, channel, open)),
    close: () => undefined,
  };
}

/** What was heard can be decoded once more; the rest goes to the server as it is. */
function openCompressed(
  ear: Ear,
  { call, sound, file, open }: Recording,
  extension: AudioExtension,
): OpenedRecording {
  const seconds = Number(call.heardSeconds ?? 0);
  const sampleRateHertz = call.audioCodec === 'Opus' ? OPUS_RATE_HERTZ : call.sampleRateHertz;
  const heard =
    sampleRateHertz === null || seconds === 0 ? 0 : (sound?.envelope.channels.length ?? 0);
  const decoded = Array.from({ length: heard }, (_, index) =>
    cuttingOfCompressed(ear, {
      extension,
      channels: heard,
      channel: index + 1,
      sampleRateHertz: sampleRateHertz ?? OPUS_RATE_HERTZ,
      seconds,
      open,
    }),
  );
  const [one] = decoded;
  const whole: SentChannel = {
    channel: null,
    file,
    cutting: () => Promise.resolve(heard === 1 ? (one?.cutting ?? null) : null),
    close: () => one?.close(),
  };
  if (heard < 2) return { channels: [whole], whole };
  const channels = decoded.map(({ cutting, close }, index): SentChannel => ({
    channel: index + 1,
    file: cutting.whole,
    cutting: () => Promise.resolve(cutting),
    close,
  }));
  return { channels, whole };
}

/** Behind the end of a recording. */
async function* nothing(): AsyncGenerator<Uint8Array> {}

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
