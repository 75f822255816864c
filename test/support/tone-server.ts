import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { readToneWords, type ToneWord } from './tone-words.ts';

/** What the server takes, and how it says so. */
export type ToneLimits = {
  readonly maxBytes?: number;
  readonly maxSeconds?: number;
  /** The refusal of a file that is too long or too large. */
  readonly refusal?: (sent: { bytes: number; seconds: number }) => {
    readonly status: number;
    readonly body: unknown;
  };
};

/** How much the server tells about times. */
export type ToneTimes = 'words' | 'segments' | 'none';

export type ToneRequest = {
  readonly seconds: number;
  /** Of the whole request. */
  readonly bytes: number;
  readonly isRefused: boolean;
  /** The hash of the samples, by which the same part is recognised. */
  readonly hash: string;
  readonly words: readonly string[];
};

/** What a request is answered in place of its words. */
type Fault = { readonly status: number; readonly body?: unknown };

const WORDS_PER_SEGMENT = 8;
const PAUSE_SECONDS = 0.5;

/**
 * Starts a transcription server that hears the words of tone-words.ts in the bytes that it is sent, and
 * measures these bytes against its limits.
 */
export async function startToneServer() {
  let limits: ToneLimits = {};
  let times: ToneTimes = 'words';
  let requests: ToneRequest[] = [];
  let onRequest: (index: number) => Promise<Fault | null> = () => Promise.resolve(null);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await buffer(request);
    const index = requests.length;
    const file = fileIn(form);
    const { samples, sampleRate } = samplesOf(file);
    const seconds = samples.length / sampleRate;
    const isRefused =
      form.length > (limits.maxBytes ?? Infinity) || seconds > (limits.maxSeconds ?? Infinity);
    const words = isRefused ? [] : readToneWords(samples, sampleRate);
    const hash = createHash('sha1').update(file).digest('hex');
    const fault = await onRequest(index);
    if (fault !== null) return send(response, fault.status, fault.body ?? { error: 'planned' });
    requests.push({
      seconds,
      bytes: form.length,
      isRefused,
      hash,
      words: words.map(({ word }) => word),
    });
    if (!isRefused) return send(response, 200, replyOf(words, seconds, times));
    const refusal = (limits.refusal ?? openAiRefusal)({ bytes: form.length, seconds });
    send(response, refusal.status, refusal.body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    /** Forgets what was sent, and takes and says this from now on. */
    begin(next: {
      readonly limits?: ToneLimits;
      readonly times?: ToneTimes;
      /** May wait, and may fail the request with this index, which is not counted then. */
      readonly onRequest?: typeof onRequest;
    }): void {
      limits = next.limits ?? {};
      times = next.times ?? 'words';
      onRequest = next.onRequest ?? (() => Promise.resolve(null));
      requests = [];
    },
    requests: (): readonly ToneRequest[] => requests,
    accepted: (): readonly ToneRequest[] => requests.filter(({ isRefused }) => !isRefused),
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** As OpenAI refuses what exceeds 25 MB, or 1400 seconds. */
function openAiRefusal({ bytes, seconds }: { bytes: number; seconds: number }) {
  const message =
    bytes > 26_214_400
      ? `Maximum content size limit (26214400) exceeded (${bytes} bytes read)`
      : `audio duration ${seconds} seconds is longer than 1400 seconds which is the maximum for this model`;
  return {
    status: bytes > 26_214_400 ? 413 : 400,
    body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
  };
}

/** The file in a form. */
function fileIn(form: Buffer): Buffer {
  const boundary = form.subarray(0, form.indexOf('\r\n'));
  const head = form.indexOf('filename="');
  const start = form.indexOf('\r\n\r\n', head) + 4;
  return form.subarray(start, form.lastIndexOf(boundary) - 2);
}

/** The samples of a WAV file of 16-bit PCM with one channel; throws for any other. */
function samplesOf(file: Buffer): { samples: Float32Array; sampleRate: number } {
  const at = file.indexOf('data', 12, 'latin1');
  const [format, channels, bits] = [
    file.readUInt16LE(20),
    file.readUInt16LE(22),
    file.readUInt16LE(34),
  ];
  if (format !== 1 || channels !== 1 || bits !== 16 || at < 0)
    throw new Error(`Not one channel of 16-bit PCM: ${format}, ${channels}, ${bits}.`);
  const bytes = file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
  const samples = new Float32Array(bytes.length / 2);
  for (const index of samples.keys()) samples[index] = bytes.readInt16LE(index * 2) / 32_768;
  return { samples, sampleRate: file.readUInt32LE(24) };
}

function replyOf(words: readonly ToneWord[], seconds: number, times: ToneTimes) {
  const text = words.map(({ word }) => word).join(' ');
  if (times === 'none') return { text };
  const groups: ToneWord[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    const pause = word.start - (last?.at(-1)?.end ?? -Infinity);
    if (last === undefined || last.length === WORDS_PER_SEGMENT || pause > PAUSE_SECONDS)
      groups.push([word]);
    else last.push(word);
  }
  const segments = groups.map((group) => ({
    start: group[0]?.start,
    end: group.at(-1)?.end,
    text: ` ${group.map(({ word }) => word).join(' ')}`,
  }));
  return {
    text,
    duration: seconds,
    language: 'english',
    segments,
    ...(times === 'words' ? { words } : {}),
  };
}
