// Guarantees that each format, number of channels and rate in data/audio.json yields the facts stated there, and the stated Speech-to-Text request or refusal.
import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectAudio, type AudioFacts } from '../../src/audio/inspect-audio.ts';
import { planRecognition } from '../../src/clients/speech/plan.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { AUDIO, CONFIG } from '../clients/speech/rig.ts';

type Case = {
  readonly file: string;
  readonly codec: string;
  readonly bitsPerSample: number | null;
  readonly channels: number;
  readonly sampleRateHertz: number;
  readonly seconds: number | null;
  /** `<model> <separate|single>`, or the code of the refusal. */
  readonly recognition: string;
};
type Table = {
  readonly groups: readonly { readonly why: string; readonly cases: readonly Case[] }[];
  readonly damaged: readonly { readonly file: string; readonly error: string }[];
};

const DATA = join(import.meta.dirname, 'data');
const table: Table = JSON.parse(readFileSync(join(DATA, 'audio.json'), 'utf8'));
const cases = table.groups.flatMap((group) => group.cases);

/** Covers the rounding of the stated seconds, and the padding of a last block of ADPCM or GSM. */
const ROUNDING_SECONDS = 0.02;
/** An MP3 encoder adds up to four frames of 72 ms. */
const MP3_PADDING_SECONDS = 0.3;

async function inspect(file: string): Promise<AudioFacts> {
  const { audio, facts } = await inspectAudio(createReadStream(join(DATA, 'audio', file)));
  for await (const _ of audio);
  return facts;
}

function recognitionOf(facts: AudioFacts): string {
  try {
    const { model, channels, diarization, wordTimes } = planRecognition(CONFIG, {
      ...facts,
      uri: AUDIO.uri,
    });
    assert.deepEqual([diarization, wordTimes], [false, true]);
    return `${model} ${channels}`;
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    assert.equal(error.retryable, false);
    return error.code;
  }
}

function assertLength(actual: number | null, { seconds, file }: Case): void {
  if (seconds === null || actual === null) return assert.equal(actual, seconds);
  const most = seconds + (file.endsWith('.mp3') ? MP3_PADDING_SECONDS : ROUNDING_SECONDS);
  assert.ok(actual >= seconds - 0.001 && actual <= most, `${actual} s`);
}

describe('the table of recordings', () => {
  for (const { why, cases: rows } of table.groups) {
    describe(why, () => {
      for (const row of rows) {
        it(`${row.file}: ${row.recognition}`, async () => {
          const facts = await inspect(row.file);
          const { codec, bitsPerSample, channels, sampleRateHertz, durationSeconds } = facts;
          assert.deepEqual(
            { codec, bitsPerSample, channels, sampleRateHertz, recognition: recognitionOf(facts) },
            {
              codec: row.codec,
              bitsPerSample: row.bitsPerSample,
              channels: row.channels,
              sampleRateHertz: row.sampleRateHertz,
              recognition: row.recognition,
            },
          );
          assertLength(durationSeconds, row);
        });
      }
    });
  }

  describe('Damaged, and refused', () => {
    for (const { file, error } of table.damaged) {
      it(`${file}: ${error}`, () => assert.rejects(inspect(file), { code: error }));
    }
  });

  it('covers every file', () => {
    const named = [...cases, ...table.damaged].map(({ file }) => file);
    assert.deepEqual(readdirSync(join(DATA, 'audio')).toSorted(), named.toSorted());
  });
});
