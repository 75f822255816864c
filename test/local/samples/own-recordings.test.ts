// Guarantees which files on the command line are accepted as recordings.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readRecordings } from '../../../local/samples/own-recordings.ts';

describe('the recordings on the command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'own-recordings-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('may have an extension in capitals, as dictation devices write it', async () => {
    const path = join(folder, 'Kunde.MP3');
    writeFileSync(path, 'speech');
    assert.deepEqual(await readRecordings([path], {}), [
      { name: 'Kunde.MP3', content: Buffer.from('speech') },
    ]);
  });

  it('are refused by name when their extension is not that of a recording', async () => {
    await assert.rejects(readRecordings([join(folder, 'Kunde.txt')], {}), /Kunde\.txt.*\.mp3/);
  });
});
