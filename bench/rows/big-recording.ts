import { sandboxEnvironment } from '../../sandbox/environment.ts';
import type { ArchiverJob } from '../children/archiver.ts';
import { newKeys, ownName } from '../contestants/contestant.ts';
import { startOutside } from '../contestants/sandbox.ts';
import { startChild } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';
import { pairedRatios, spreadOf, written } from '../report/spread.ts';
import type { Row } from './row.ts';
import { addNoise } from '../recordings/add-noise.ts';

const SMALL_BYTES = 5_000_000;
const LARGE_BYTES = 500_000_000;
const AT_ONCE = 8;
const MEGABYTE = 1_000_000;

type Archived = { readonly seconds: number; readonly peakBytes: number };

export const bigRecording: Row = {
  name: 'big-recording',
  does: 'the memory that recordings of 500 MB take, and their speed beside a bare pipe',
  onlyByName: true,
  async measure(ground, { rounds }) {
    const name = ownName('recordings');
    const { controlUrl, ...addresses } = await startOutside(ground, name, 0);
    const environment = sandboxEnvironment({ controlUrl, ...addresses });
    const run = async (does: ArchiverJob['does'], sizeBytes: number, count = 1) => {
      const keys = newKeys(count);
      for (const key of keys) await addNoise(controlUrl, key, sizeBytes);
      const archived = await runOnce(ground, { does, environment, keys });
      ground.say(
        `big-recording: ${does}, ${count} × ${sizeBytes / MEGABYTE} MB: ${archived.seconds.toFixed(1)} s, ${inMegabytes(archived.peakBytes)} MB at its peak`,
      );
      return archived;
    };
    const small = await run('archive', SMALL_BYTES);
    const archived: Archived[] = [];
    const piped: Archived[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      archived.push(await run('archive', LARGE_BYTES));
      piped.push(await run('pipe', LARGE_BYTES));
    }
    const many = await run('archive', LARGE_BYTES, AT_ONCE);
    const secondsOf = (all: readonly Archived[]) => all.map(({ seconds }) => seconds);
    const above = archived.map(({ peakBytes }) => (peakBytes - small.peakBytes) / MEGABYTE);
    const speed = secondsOf(archived).map((seconds) => LARGE_BYTES / MEGABYTE / seconds);
    return {
      command: 'npm run bench -- --only big-recording',
      lines: [
        {
          what: 'recording of 500 MB: MB of memory above one of 5 MB',
          measured: written(spreadOf(above), 0),
          goal: '≤ 96',
        },
        {
          what: `${AT_ONCE} recordings of 500 MB at once: MB above one of 5 MB`,
          measured: inMegabytes(many.peakBytes - small.peakBytes),
          goal: '≤ 256',
        },
        {
          what: 'recording of 500 MB: speed, ours : a bare pipe',
          measured: written(pairedRatios(secondsOf(piped), secondsOf(archived)), 2),
          goal: '≥ 0.8',
        },
        { what: 'recording of 500 MB: MB a second', measured: written(spreadOf(speed), 0) },
      ],
      notes: [
        `big-recording: ${rounds} rounds, each in a process of its own. Ours decodes the base64, checks size and hash, inspects and hears the audio, and sends 500 MB; the pipe passes on the answer of 667 MB as it is. Both talk with the sandbox, which shares the cores.`,
      ],
    };
  },
};

async function runOnce(ground: Ground, job: ArchiverJob): Promise<Archived> {
  const child = await startChild(ground, {
    name: ownName('archiver'),
    script: 'bench/children/archiver.ts',
    ready: /^ready$/m,
    env: {},
  });
  const seconds = Number(await child.job(job));
  const { peakBytes } = await child.ask('usage');
  await child.stop();
  return { seconds, peakBytes };
}

function inMegabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
