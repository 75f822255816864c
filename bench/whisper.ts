import '../src/process/node-version.cjs';

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { transcriptReply } from '../src/api/schemas.ts';
import type { TranscriptSegment } from '../src/domain/transcript.ts';
import { readArguments } from '../src/process/arguments.ts';
import { createProgress } from '../local/output/progress.ts';
import { checkPorts } from '../local/port-check.ts';
import { startKeeper } from '../local/process/keeper.ts';
import { createGatewayClient, type GatewayClient } from '../local/samples/gateway-client.ts';
import { toLocalSettings } from '../local/settings.ts';
import { createStack } from '../local/stack.ts';
import { readPrompts } from './whisper/prompts.ts';
import { makeRecordings, type Placed, type Recording } from './whisper/recordings.ts';
import { countErrors, rateOf, sum, type WordErrors } from './whisper/word-errors.ts';

/** The word error rate has to be below this. */
const MAX_PERCENT = 15;

// Not among the ports of npm start or of its tests, and below the ephemeral ports (Linux: from 32768),
// because an outgoing connection once occupied PostgreSQL's.
const PORT_OFFSET = '15000';

/** A minute of speech takes a few seconds; a busy machine may need many times as long. */
const CALL_WITHIN_MS = 15 * 60_000;

type Transcribed = {
  readonly recording: Recording;
  readonly segments: readonly TranscriptSegment[];
};

readArguments({
  name: 'npm run bench:whisper',
  does: 'Measures how well the service understands a human voice with Whisper on this machine: prompts of a telephone system, joined into calls, go all the way from the phone system to the API. Ends with code 1 if too many words are wrong. Needs the recordings of asterisk-core-sounds-en-wav (Debian).',
  environment: {
    LOCAL_PORT_OFFSET: `Moves all ports it uses. Default: ${PORT_OFFSET}.`,
    TEMPORAL_CLI_PATH: 'The Temporal CLI; one is found or fetched without it.',
  },
});

const prompts = readPrompts();
const recordings = makeRecordings(prompts);
console.log(`\n${prompts.length} prompts of a human voice in ${recordings.length} calls\n`);

const dataFolder = await mkdtemp(join(tmpdir(), 'bench-whisper-'));
// If this process is root, PostgreSQL runs as another user, who must be able to enter the folder.
await chmod(dataFolder, 0o755);
const keeper = startKeeper();
const settings = toLocalSettings(
  {
    ...Object.fromEntries(
      ['PATH', 'HOME', 'XDG_CACHE_HOME', 'TEMPORAL_CLI_PATH'].flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    LOCAL_DATA_FOLDER: dataFolder,
    LOCAL_PORT_OFFSET: process.env['LOCAL_PORT_OFFSET'] ?? PORT_OFFSET,
  },
  { whisper: true },
);
const stack = createStack(settings, { keeper, progress: createProgress(), gatewayKey: null });
try {
  await checkPorts(settings);
  const { gatewayUrl, sandbox } = await stack.start();
  const gateway = createGatewayClient(gatewayUrl);
  const started = Date.now();
  const transcribed = await Promise.race([
    Promise.all(
      recordings.map((recording, index) =>
        transcribe(recording, index, sandbox?.controlUrl ?? '', gateway, gatewayUrl),
      ),
    ),
    stack.broken,
  ]);
  process.exitCode = report(transcribed, (Date.now() - started) / 1000) ? 0 : 1;
} finally {
  await stack.stop(() => undefined);
  keeper.close();
  await rm(dataFolder, { recursive: true, force: true });
}

/** Sends a recording through the whole service; resolves with its transcript from the API. */
async function transcribe(
  recording: Recording,
  index: number,
  controlUrl: string,
  gateway: GatewayClient,
  gatewayUrl: string,
): Promise<Transcribed> {
  const callSid = `1772700000.${index}`;
  const key = { callRecordingId: callSid, recordgroup: 'bench', recordid: String(index) };
  const added = await fetch(`${controlUrl}/recordings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...key, audio: { base64: recording.audio.toString('base64') } }),
  });
  if (!added.ok) throw new Error(`The sandbox refused a recording: ${await added.text()}`);
  await gateway.submit({ ...key, title: '', expect: { status: 'COMPLETED' }, hasWords: false });

  const deadline = Date.now() + CALL_WITHIN_MS;
  for (;;) {
    const call = await gateway.readCall(callSid);
    if (call?.status === 'COMPLETED') break;
    if (call?.status === 'FAILED') throw new Error(`Call ${index} failed: ${call.failure?.code}.`);
    if (Date.now() > deadline) throw new Error(`Call ${index} took too long.`);
    await sleep(500);
  }
  const response = await fetch(`${gatewayUrl}/calls/${callSid}/transcript`);
  const { segments } = transcriptReply.parse(await response.json());
  return { recording, segments };
}

/** Prints the error rate of each prompt and each call; returns whether the whole is good enough. */
function report(all: readonly Transcribed[], seconds: number): boolean {
  const total: WordErrors[] = [];
  for (const { recording, segments } of all) {
    const channels = [...new Set(recording.placed.map(({ channel }) => channel))];
    const isSplit = channels.length > 1;
    const perChannel = channels.map((channel) => {
      const placed = recording.placed.filter((each) => each.channel === channel);
      const own = isSplit ? segments.filter((segment) => segment.channel === channel) : segments;
      return countErrors(textOf(placed.map(({ prompt }) => prompt)), textOf(own));
    });
    const call = sum(perChannel);
    total.push(call);
    console.log(
      `\n${recording.title}, ${recording.seconds.toFixed(0)} s: ${call.errors} of ${call.words} words wrong, ${rateOf(call)}`,
    );
    for (const placed of recording.placed) console.log(promptLine(placed, segments, isSplit));
  }
  const sumOfAll = sum(total);
  const isGood = (100 * sumOfAll.errors) / sumOfAll.words < MAX_PERCENT;
  const audio = all.reduce((length, { recording }) => length + recording.seconds, 0);
  console.log(
    `\nWord error rate: ${rateOf(sumOfAll)} of ${sumOfAll.words} words (has to be below ${MAX_PERCENT} %): ${isGood ? 'good' : 'TOO HIGH'}` +
      `\n${audio.toFixed(0)} s of calls went through the whole service in ${seconds.toFixed(0)} s.` +
      '\nWords are compared in lower case, without punctuation and with digits as words; nothing else is normalised.' +
      '\nA prompt is compared with what was transcribed at its time, so if two prompts are run together, all their words' +
      '\ncount for one of them; the rates of the calls and of the total do not depend on times.\n',
  );
  return isGood;
}

/** What was transcribed while the prompt was played, by the times in the transcript. */
function promptLine(
  { prompt, channel, startSeconds, endSeconds }: Placed,
  segments: readonly TranscriptSegment[],
  isSplit: boolean,
): string {
  const own = segments.filter((segment) => {
    const middle = (segment.startSeconds + segment.endSeconds) / 2;
    const isHere = middle >= startSeconds - 0.5 && middle <= endSeconds + 0.5;
    return isHere && (!isSplit || segment.channel === channel);
  });
  const errors = countErrors(prompt.text, textOf(own));
  const rest = errors.errors === 0 ? '' : `  transcribed: ${textOf(own)}`;
  return `  ${rateOf(errors).padStart(7)}  ${prompt.name}${rest}`;
}

function textOf(pieces: readonly { readonly text: string }[]): string {
  return pieces.map(({ text }) => text).join(' ');
}
