import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startConnectWise } from './connectwise/server.ts';
import { startControlApi } from './control-api.ts';
import type { SandboxContext, StandIn } from './core/context.ts';
import { createControl } from './core/control.ts';
import { createSampleCatalogue } from './core/samples.ts';
import { createStoredTranscripts } from './core/stored-transcripts.ts';
import type { SystemName } from './core/systems.ts';
import { BUCKET, PHONE_SYSTEM_CREDENTIALS } from './environment.ts';
import type { SandboxAddresses } from './environment.ts';
import { startLanguageModel } from './language-model/server.ts';
import { startPhoneSystem } from './phone-system/phone-system.ts';
import { startSpeech } from './speech/server.ts';
import { createObjectStore } from './storage/object-store.ts';
import { startStorage } from './storage/storage.ts';
import { createUploadSessions } from './storage/upload-sessions.ts';
import { startTranscription } from './transcription/server.ts';

export type SandboxOptions = {
  /** The folder of objects, operations, hits and faults; only one sandbox at a time may use it. */
  readonly dataDir: string;
  /** The folder of the sample calls; by default the project's own. */
  readonly samplesDir?: string;
  readonly host?: string;
  /** A port that is left out is any free one. */
  readonly ports?: Partial<Record<'control' | SystemName, number>>;
  /** How long a speech operation, or a transcription, takes. */
  readonly speechSeconds?: number;
  /** How many files the transcription server works on at once; the others wait. Any number if left out. */
  readonly transcriptionsAtOnce?: number;
};

export type Sandbox = { readonly addresses: SandboxAddresses; stop(): Promise<void> };

/** The sample calls that come with the project. */
const SAMPLES_DIR = join(import.meta.dirname, 'samples');
/** Long enough to watch a transcription, or to kill a worker meanwhile, and short enough not to annoy. */
const SPEECH_SECONDS = 2;

/**
 * Starts the stand-ins for all outside systems, with their real wire protocols.
 *
 * @throws if a port is taken or the data folder cannot be read; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, host = '127.0.0.1', ports = {} } = options;
  mkdirSync(dataDir, { recursive: true });
  const closers: (() => unknown)[] = [];
  const closing = <T>(value: T, close: (value: T) => unknown): T => {
    closers.unshift(() => close(value));
    return value;
  };
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0)) {
      await close();
    }
  };
  const start = async <T extends StandIn>(starting: Promise<T>): Promise<T> =>
    closing(await starting, (standIn) => standIn.stop());
  const at = (name: 'control' | SystemName) => ({ host, port: ports[name] ?? 0 });

  try {
    const control = closing(createControl(dataDir), (it) => it.close());
    const storageDir = join(dataDir, 'storage');
    const store = closing(createObjectStore(storageDir, [BUCKET]), (it) => it.close());
    const samples = closing(
      createSampleCatalogue({
        samplesDir: options.samplesDir ?? SAMPLES_DIR,
        dataDir,
        seed: (callSid, faults) => control.seedOnce(callSid, faults),
        warn: (sentence) => process.stderr.write(`${sentence}\n`),
        storedTranscripts: createStoredTranscripts({
          list: (prefix) => store.list(BUCKET, prefix),
          read: (object) => store.readNow(object),
        }),
      }),
      (it) => it.close(),
    );
    const sessions = closing(createUploadSessions(storageDir), (it) => it.close());
    const context: SandboxContext = { control, samples, storage: store, dataDir };
    samples.list();

    const phoneSystem = await start(
      startPhoneSystem(
        { control, samples, credentials: PHONE_SYSTEM_CREDENTIALS },
        at('phoneSystem'),
      ),
    );
    const storage = await start(startStorage({ control, store, sessions }, at('storage')));
    const operationSeconds = options.speechSeconds ?? SPEECH_SECONDS;
    const speech = await start(startSpeech(context, { ...at('speech'), operationSeconds }));
    const transcription = await start(
      startTranscription(context, {
        ...at('transcription'),
        seconds: operationSeconds,
        atOnce: options.transcriptionsAtOnce ?? Infinity,
      }),
    );
    const connectwise = await start(startConnectWise(context, at('connectwise')));
    const languageModel = await start(startLanguageModel(context, at('languageModel')));
    const controlApi = await start(startControlApi({ context, store, speech }, at('control')));

    const url = (standIn: StandIn, path = ''): string => `http://${host}:${standIn.port}${path}`;
    return {
      addresses: {
        controlUrl: url(controlApi),
        phoneSystemUrl: url(phoneSystem),
        storageApiEndpoint: url(storage),
        speechApiEndpoint: url(speech),
        connectwiseUrl: url(connectwise, '/v4_6_release/apis/3.0'),
        languageModelBaseUrl: url(languageModel, '/v1'),
        transcriptionBaseUrl: url(transcription, '/v1'),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
