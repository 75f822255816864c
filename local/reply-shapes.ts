import '../src/process/node-version.cjs';

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sandboxEnvironment } from '../sandbox/environment.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { readTrialRecording } from '../src/audio/trial-recording.ts';
import { createTrials, type Trials } from '../src/clients/trial/trials.ts';
import { loadWorkerConfig } from '../src/config.ts';
import {
  collectShapes,
  renderShapes,
  SHAPES_FILE,
  type KnownShapes,
  type Seen,
} from '../src/preflight/live/known-shapes.ts';
import { readArguments } from '../src/process/arguments.ts';

const SAMPLES = join(import.meta.dirname, '../sandbox/samples');

/** Both providers of transcriptions are believed something of. */
const PROVIDERS = ['google', 'openai-compatible'] as const;

/** The form of everything that the stand-ins answer to the requests of a trial, for all sample calls. */
export async function collectStandInShapes(): Promise<KnownShapes> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reply-shapes-'));
  const sandbox = await startSandbox({ dataDir, speechSeconds: 0.1 });
  try {
    const seen: Seen[] = [];
    for (const provider of PROVIDERS) {
      const config = loadWorkerConfig({
        ...sandboxEnvironment(sandbox.addresses),
        DATABASE_URL: 'postgresql://127.0.0.1/unused',
        SPEECH_PROVIDER: provider,
      });
      for (const sample of await listSamples()) {
        const trials = createTrials(config, `preflight/shapes/${provider}/${sample}/`);
        try {
          await tryAll(trials, sample, seen);
        } finally {
          await trials.close();
        }
      }
    }
    return collectShapes(seen);
  } finally {
    await sandbox.stop();
    await rm(dataDir, { recursive: true });
  }
}

async function tryAll(trials: Trials, sample: string, seen: Seen[]): Promise<void> {
  const { signal } = new AbortController();
  const keepFor = (system: string) => (kept: Omit<Seen, 'system'>) =>
    void seen.push({ system, ...kept });
  const text = await readFile(join(SAMPLES, sample.replace(/\.\w+$/, '.json')), 'utf8');
  const { callRecordingId, recordgroup, recordid } = JSON.parse(text) as Record<string, string>;
  const key = {
    callSid: callRecordingId ?? '',
    recordgroup: recordgroup ?? '',
    recordid: recordid ?? '',
  };
  await trials.phoneSystem.ask(key, keepFor('phoneSystem'), signal);
  const recording = await readTrialRecording(join(SAMPLES, sample));
  const uri = await trials.store.upload(recording, keepFor('storage'), signal);
  const keepHeard = keepFor(trials.recogniser.name);
  await trials.recogniser.transcribe({ ...recording, uri }, keepHeard, signal);
  await trials.model.analyze([], keepFor('languageModel'), signal);
  await trials.directory.ask(keepFor('connectwise'), signal);
}

async function listSamples(): Promise<string[]> {
  return (await readdir(SAMPLES)).filter((name) => /\.(?:wav|mp3)$/.test(name)).toSorted();
}

if (import.meta.main) {
  readArguments({
    name: 'npm run preflight:shapes',
    does: 'Writes src/preflight/live/shapes.json: the form of what the stand-ins of the sandbox answer, with which npm run preflight -- --live compares the real systems.',
  });
  await writeFile(SHAPES_FILE, renderShapes(await collectStandInShapes()));
}
