import { entryLine, resultLines } from './print-samples.ts';
import { paint } from '../output/style.ts';
import type { Addresses } from '../environment.ts';
import type { LocalSettings } from '../settings.ts';
import { followSample, type SampleResult } from './follow-sample.ts';
import { createGatewayClient } from './gateway-client.ts';
import { addRecordings, type RecordingFile } from './own-recordings.ts';
import { readSamples, type Sample } from './sample.ts';
import { sayWhenQuiet } from './say-when-quiet.ts';
import { deviations } from './verdict.ts';

type SampleOptions = {
  readonly recordings: readonly RecordingFile[];
  /** `null` where the gateway asks for none. */
  readonly gatewayKey: string | null;
  readonly signal: AbortSignal;
  /** Why the calls may not reach the worker of this run, in a sentence; `null` if nothing speaks for it. */
  readonly describeRivals: () => Promise<string | null>;
};

/**
 * Submits the sample calls, including the user's own recordings, and shows their progress and their
 * results. Resolves with whether each ended as expected. The samples are recordings in the sandbox's
 * phone system, so there are none if the user has a phone system.
 */
export async function runSamples(
  addresses: Addresses & { readonly gatewayUrl: string },
  settings: LocalSettings,
  { recordings, gatewayKey, signal, describeRivals }: SampleOptions,
): Promise<boolean> {
  const { ownSystems } = settings;
  if (addresses.sandbox === null || ownSystems.phoneSystem) {
    console.log(
      '\n  No sample calls: they live in the sandbox, and PHONE_SYSTEM_URL names another system.',
    );
    return true;
  }
  await addRecordings(addresses.sandbox.controlUrl, recordings);
  const { samples: all, problems } = await readSamples(addresses.sandbox.controlUrl);
  for (const problem of problems) console.log(`\n  ${paint('yellow', problem)}`);
  const samples = skipWordless(all, settings);
  const gateway = createGatewayClient(addresses.gatewayUrl, gatewayKey);
  const started = Date.now();
  console.log(`\n${paint('bold', `${samples.length} sample calls`)}, submitted by HTTP\n`);

  const quiet = sayWhenQuiet(describeRivals, (sentence) => {
    console.log(`\n  ${paint('yellow', sentence)}\n`);
  });
  const results = await Promise.all(
    samples.map((sample, index) =>
      followSample(
        gateway,
        sample,
        (entry) => {
          quiet.news();
          const line = entryLine(index + 1, sample, entry, Date.now() - started);
          if (line !== null) console.log(line);
        },
        signal,
      ),
    ),
  ).finally(quiet.stop);

  console.log(`\n${paint('bold', 'What came out')}\n`);
  let areAllAsExpected = true;
  for (const [index, result] of results.entries()) {
    const wrong = deviations(result, ownSystems, settings.fillsSiteDirectory);
    areAllAsExpected &&= wrong.length === 0;
    for (const line of resultLines(index + 1, result, wrong)) console.log(line);
  }
  if (settings.whisper) noteOldTranscripts(results, addresses.gatewayUrl);
  return areAllAsExpected;
}

/** The sandbox cannot recognise speech: a sample without words needs a real transcription service. */
function skipWordless(
  samples: readonly Sample[],
  { ownSystems, whisper }: LocalSettings,
): readonly Sample[] {
  if (whisper || ownSystems.speech) return samples;
  for (const { title } of samples.filter(({ hasWords }) => !hasWords)) {
    console.log(
      `\n  ${paint('yellow', `Skipped: ${title}. The sandbox cannot recognise speech, and the sample has no transcript. Transcribe it with Whisper: npm start -- --whisper`)}`,
    );
  }
  return samples.filter(({ hasWords }) => hasWords);
}

/** Finished calls are not transcribed again, so their transcripts may not be Whisper's. */
function noteOldTranscripts(results: readonly SampleResult[], gatewayUrl: string): void {
  const old = results.find(({ isNew }) => !isNew);
  if (old === undefined) return;
  const { callRecordingId } = old.sample;
  console.log(
    `\n  Calls from an earlier run keep their transcripts. To have Whisper transcribe one again:\n  curl -sS ${gatewayUrl}/calls/${callRecordingId}/reprocess -H 'content-type: application/json' -d '{"from":"transcribeRecording"}'`,
  );
}
