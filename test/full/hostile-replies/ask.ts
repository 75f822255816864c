// A process of its own, with a small heap: reads hostile replies while it watches its event loop and its memory, and prints what it saw.
import { createConnectWise } from '../../../src/clients/connectwise/client.ts';
import { createLanguageModel } from '../../../src/clients/language-model/client.ts';
import { createRecordingStore } from '../../../src/clients/recording-store/client.ts';
import { createSpeech } from '../../../src/clients/speech/client.ts';
import { createTranscriptionServer } from '../../../src/clients/transcription-server/client.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { watchLoop } from '../../support/loop-turns.ts';
import { emptyQueue } from '../../support/request-queue.ts';
import { createNotes, INPUT, LIMITS } from '../../clients/language-model/support.ts';
import { CONFIG } from '../../clients/speech/rig.ts';
import { fileOf, never, serverConfig } from '../../clients/transcription-server/support.ts';

const [system = '', url = ''] = process.argv.slice(2);

const ASK: Readonly<Record<string, () => Promise<unknown>>> = {
  async transcription() {
    const server = createTranscriptionServer({ ...serverConfig(url), answerTimeoutMs: 60_000 });
    try {
      const json = await server.transcribe(fileOf(Buffer.from('RIFF')), never);
      const reply = await server.parseReply(json);
      return server.toSegments([{ channel: 1, reply }], 8 * 60 * 60).length;
    } finally {
      await server.close();
    }
  },
  async speech() {
    const store = createRecordingStore({ bucket: 'bucket', apiEndpoint: url, projectId: 'p' });
    const uri = store.uriOf('result.json');
    const json = await store.readText(uri, 32 * 1024 * 1024, never);
    return (await createSpeech(CONFIG).parseResult(json, uri)).segments.length;
  },
  storage: () =>
    createRecordingStore({ bucket: 'bucket', apiEndpoint: url, projectId: 'p' }).listObjects(
      'transcripts/1/',
      never,
    ),
  connectwise: () =>
    createConnectWise(
      {
        url: `${url}/v4_6_release/apis/3.0`,
        companyId: 'msp',
        publicKey: 'public',
        privateKey: 'private',
        clientId: 'client',
        requestsPerMinute: 60_000,
      },
      emptyQueue,
      60_000,
    ).findByPhone('+442079461234', [], never),
  model: () =>
    createLanguageModel({ baseUrl: `${url}/v1`, apiKey: 'k', model: 'm', ...LIMITS }).analyze(
      INPUT,
      createNotes(),
      never,
    ),
};

const MEGABYTE = 1024 * 1024;

const idleBytes = process.memoryUsage.rss();
let peakBytes = idleBytes;
const loop = watchLoop();
const watch = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 1);
let outcome: unknown;
try {
  outcome = await ASK[system]?.();
} catch (error) {
  outcome = error instanceof ServiceError ? error.code : String(error);
}
const blockedMs = Math.round(await loop.stop());
clearInterval(watch);
const grownMegabytes = Math.round(
  (Math.max(peakBytes, process.memoryUsage.rss()) - idleBytes) / MEGABYTE,
);
console.log(JSON.stringify({ outcome, blockedMs, grownMegabytes }));
process.exit(0);
