// Every sample call can be found by the contents of a request, and describes its audio truthfully. A
// recording that a user adds is available immediately, and a faulty one is reported.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { parseFile } from 'music-metadata';

import { RecordingInputSchema } from '../../sandbox/core/sample-file.ts';
import { createSampleCatalogue } from '../../sandbox/core/samples.ts';
import type { SampleCatalogue } from '../../sandbox/core/samples.ts';

const SAMPLES_DIR = join(import.meta.dirname, '../../sandbox/samples');
const MONO_WAV = join(SAMPLES_DIR, '01-printer-mono.wav');

describe('sandbox samples', () => {
  let root: string;
  let samplesDir: string;
  let warnings: string[];
  let seeded: string[];
  let opened: SampleCatalogue[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sandbox-samples-'));
    samplesDir = mkdtempSync(join(root, 'files-'));
    warnings = [];
    seeded = [];
    opened = [];
  });

  afterEach(() => {
    opened.forEach((catalogue) => catalogue.close());
    rmSync(root, { recursive: true });
  });

  function open(folder = SAMPLES_DIR): SampleCatalogue {
    const catalogue = createSampleCatalogue({
      samplesDir: folder,
      dataDir: join(root, 'data'),
      seed: (callSid) => seeded.push(callSid),
      warn: (sentence) => warnings.push(sentence),
    });
    opened.push(catalogue);
    return catalogue;
  }

  function add(catalogue: SampleCatalogue, input: unknown) {
    return catalogue.add(RecordingInputSchema.parse(input));
  }

  function drop(name: string, content: unknown): void {
    writeFileSync(join(samplesDir, name), JSON.stringify(content));
  }

  it('contain at least eight calls, each with its own small audio', async () => {
    const catalogue = open();
    const samples = catalogue.list();
    assert.ok(samples.length >= 8);
    assert.deepEqual(catalogue.problems(), []);
    const facts = await Promise.all(samples.map((sample) => catalogue.audioFactsOf(sample)));
    assert.equal(new Set(facts.map((fact) => fact.sha256)).size, samples.length);
    const bytes = readdirSync(SAMPLES_DIR)
      .filter((name) => /\.(wav|mp3)$/.test(name))
      .reduce((sum, name) => sum + statSync(join(SAMPLES_DIR, name)).size, 0);
    assert.ok(bytes < 2.5e6, `${bytes} bytes`);
  });

  it('have words that end within the audio, in order, on channels that exist', async () => {
    const catalogue = open();
    for (const sample of catalogue.list()) {
      assert.ok('path' in sample.audio, sample.title);
      const { format } = await parseFile(sample.audio.path, { duration: true });
      const words = sample.words ?? [];
      assert.ok((words.at(-1)?.end ?? 0) <= (format.duration ?? 0), sample.title);
      assert.ok(words.every(({ channel }) => channel <= (format.numberOfChannels ?? 0)));
      assert.deepEqual(
        words,
        words.toSorted((a, b) => a.start - b.start),
      );
      assert.ok(words.every((word) => word.start <= word.end));
    }
  });

  it('are found by group and ID, with the uniqueid in either format or omitted', () => {
    const catalogue = open();
    const find = (...key: [string, string, string?]): string | null =>
      catalogue.findRecording(...key)?.callRecordingId ?? null;
    assert.equal(find('20417', '90411'), '1772443820.1041');
    assert.equal(find('20417', '90411', '1772443820.1041'), '1772443820.1041');
    assert.equal(find('20417', '90411', '17724438201041'), '1772443820.1041');
    assert.equal(find('20417', '90411', '1772443820.9'), null);
    assert.equal(find('20418', '90411'), null);
    assert.equal(find('20417', '1'), null);
  });

  it('are found by a number in any format, but not by a few digits', () => {
    const catalogue = open();
    const find = (digits: string): string[] =>
      catalogue.findByPhoneDigits(digits).map((sample) => sample.callRecordingId);
    assert.deepEqual(find('+44 1614960110'), ['1772445107.1042']);
    assert.deepEqual(find('1614960110'), ['1772445107.1042']);
    assert.deepEqual(find('4960110'), ['1772445107.1042']);
    assert.deepEqual(find('0110'), []);
    assert.deepEqual(find(''), []);
  });

  it('are found by their words in a prompt, even when turns are interleaved and labelled', () => {
    const catalogue = open();
    for (const sample of catalogue.list().filter(({ words }) => words?.length)) {
      const turns = (sample.words ?? []).map((word, index, all) =>
        word.channel === all[index - 1]?.channel
          ? word.text
          : `\nSpeaker ${word.channel}: ${word.text}`,
      );
      const prompt = `client_name: Not found\nPhone Number: 1\nTranscript: ${turns.join(' ')}`;
      const found = catalogue.findByTranscript(prompt.toUpperCase());
      assert.deepEqual(found, [sample]);
    }
    assert.deepEqual(catalogue.findByTranscript('Nobody ever said such a thing here.'), []);
  });

  it('are distinguished even if they differ in one word, or one extends another', async () => {
    const catalogue = open(samplesDir);
    const greeting = 'Hello this is call number';
    const said: Record<string, string> = {
      one: `${greeting} one and nothing works today`,
      more: `${greeting} one and nothing works today except the kettle`,
      two: `${greeting} two and nothing works today`,
      same: `${greeting} two and nothing works today`,
    };
    for (const [recordid, transcript] of Object.entries(said)) {
      const audio = { generate: { kind: 'tone', seconds: 0.1 } };
      await add(catalogue, {
        callRecordingId: recordid,
        recordgroup: '1',
        recordid,
        transcript,
        audio,
      });
    }
    const find = (which: string): string[] =>
      catalogue.findByTranscript(`Transcript: ${said[which]}`).map((sample) => sample.recordid);
    assert.deepEqual(find('one'), ['one']);
    assert.deepEqual(find('more'), ['more']);
    assert.deepEqual(find('two'), ['two', 'same']);
  });

  it('that share an audio are distinguished by the name of the stored object', async () => {
    const catalogue = open(samplesDir);
    const audio = { generate: { kind: 'noise', seconds: 1 } };
    const shared = { recordgroup: '1', words: [], audio };
    const { facts } = await add(catalogue, { ...shared, callRecordingId: '1.1', recordid: '1' });
    await add(catalogue, { ...shared, callRecordingId: '1.2', recordid: '2' });
    const find = async (objectName?: string): Promise<string | undefined> =>
      (await catalogue.findByAudioSha256(facts.sha256, objectName))?.callRecordingId;
    assert.equal(await find('call-recordings/1.2.wav'), '1.2');
    assert.equal(await find('call-recordings/1.1.wav'), '1.1');
    assert.equal(await find(), '1.1');
    assert.equal(await catalogue.findByAudioSha256('00'.repeat(32)), null);
  });

  it('include an added file and its changes without a restart', () => {
    const catalogue = open(samplesDir);
    copyFileSync(MONO_WAV, join(samplesDir, 'mine.wav'));
    const content = { callRecordingId: '5.5', recordgroup: '1', recordid: '1' };
    drop('mine.json', content);
    assert.equal(catalogue.findByCallSid('5.5')?.words, null);
    drop('mine.json', {
      ...content,
      transcript: 'Two words',
      faults: [{ system: 'storage', action: { hang: true } }],
    });
    assert.deepEqual(catalogue.findByCallSid('5.5')?.words, [
      { channel: 1, start: 0, end: 0.4, text: 'Two' },
      { channel: 1, start: 0.4, end: 0.8, text: 'words' },
    ]);
    assert.ok(seeded.includes('5.5'));
    rmSync(join(samplesDir, 'mine.json'));
    assert.equal(catalogue.findByCallSid('5.5'), null);
    rmSync(join(samplesDir, 'mine.wav'));
    assert.deepEqual(catalogue.list(), []);
  });

  it('include an audio file without a JSON file, under a stable ID derived from its content', () => {
    const catalogue = open(samplesDir);
    copyFileSync(MONO_WAV, join(samplesDir, 'My call (1).wav'));
    copyFileSync(MONO_WAV, join(samplesDir, 'named.wav'));
    copyFileSync(MONO_WAV, join(samplesDir, 'broken.wav'));
    drop('other.json', {
      callRecordingId: '5.5',
      recordgroup: '1',
      recordid: '1',
      audio: 'named.wav',
    });
    writeFileSync(join(samplesDir, 'broken.json'), '{');
    const ids = () => catalogue.list().map(({ callRecordingId }) => callRecordingId);
    const [named, own, ...others] = ids();
    assert.deepEqual([named, others], ['5.5', []]);
    assert.match(own ?? '', /^own-My-call-1--[0-9a-f]{8}$/);
    const sample = catalogue.findByCallSid(own ?? '');
    assert.equal(sample?.words, null);
    assert.equal(sample?.title, 'My call (1)');
    assert.deepEqual(ids(), [named, own]);

    writeFileSync(join(samplesDir, 'My call (1).wav'), 'RIFF of another call');
    assert.notEqual(ids()[1], own);
  });

  it('include audio whose extension is in capitals, with or without a JSON file', () => {
    const catalogue = open(samplesDir);
    copyFileSync(MONO_WAV, join(samplesDir, 'Kunde.WAV'));
    copyFileSync(MONO_WAV, join(samplesDir, 'a.WAV'));
    drop('a.json', { callRecordingId: '5.5', recordgroup: '1', recordid: '1' });
    const titles = catalogue.list().map(({ title }) => title);
    assert.deepEqual([titles, catalogue.problems()], [['a', 'Kunde'], []]);
  });

  it('report a faulty file once, and include it once it is fixed', () => {
    const catalogue = open(samplesDir);
    const key = { recordgroup: '1', recordid: '1' };
    writeFileSync(join(samplesDir, 'a.json'), '{');
    drop('b.json', { ...key, callRecordingId: '5.5', transcrypt: 'x' });
    drop('c.json', { ...key, callRecordingId: '5.6' });
    drop('d.json', { ...key, callRecordingId: '../5.7' });
    catalogue.list();
    assert.deepEqual(catalogue.list(), []);
    assert.equal(warnings.length, 4);
    assert.match(
      catalogue.problems().join('\n'),
      /a\.json.*JSON.*\n.*b\.json.*transcrypt.*\n.*c\.json: put its audio beside it as c\.wav or c\.mp3.*\n.*d\.json: callRecordingId/,
    );
    copyFileSync(MONO_WAV, join(samplesDir, 'c.wav'));
    assert.deepEqual(
      catalogue.list().map((sample) => sample.callRecordingId),
      ['5.6'],
    );
  });

  it('have generated WAV audio of exactly the requested size or length, the same every time', async () => {
    const catalogue = open(samplesDir);
    const base = { callRecordingId: '1.1', recordgroup: '1', recordid: '1', words: [] };
    for (const [generate, sizeBytes] of [
      [{ kind: 'noise', sizeBytes: 700_001, channels: 2 }, 700_001],
      [{ kind: 'tone', seconds: 2, sampleRateHertz: 16_000 }, 44 + 64_000],
      [{ kind: 'silence', seconds: 0.5, channels: 2 }, 44 + 16_000],
    ] as const) {
      const { sample, facts } = await add(catalogue, { ...base, audio: { generate } });
      const bytes = await buffer(catalogue.readAudio(sample));
      assert.equal(bytes.length, sizeBytes);
      assert.equal(facts.sizeBytes, sizeBytes);
      assert.equal(bytes.readUInt32LE(40), sizeBytes - 44);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), facts.sha256);
    }
  });

  it('keep added recordings after a kill, with all three kinds of audio', async () => {
    const first = open();
    const base = { recordgroup: '1', words: [] };
    const audios = [
      { generate: { kind: 'noise', seconds: 1 } },
      { file: '01-printer-mono.wav' },
      { base64: Buffer.from('RIFF not really').toString('base64') },
    ];
    const shas: string[] = [];
    for (const [index, audio] of audios.entries()) {
      const id = { callRecordingId: `7.${index}`, recordid: `r${index}` };
      shas.push((await add(first, { ...base, ...id, audio })).facts.sha256);
    }
    const second = open();
    for (const [index, sha256] of shas.entries()) {
      const sample = second.findByCallSid(`7.${index}`);
      assert.ok(sample);
      assert.equal((await second.audioFactsOf(sample)).sha256, sha256);
    }
    await assert.rejects(
      add(second, {
        ...base,
        callRecordingId: '7.9',
        recordid: '9',
        audio: { file: '../core.ts' },
      }),
      /no audio file \.\.\/core\.ts among the samples/,
    );
  });
});
