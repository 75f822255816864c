import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A sentence spoken by a person, as telephone systems play it to callers. */
export type Prompt = {
  readonly name: string;
  readonly text: string;
  /** 16-bit samples at 8 kHz, mono. */
  readonly samples: Buffer;
};

const PACKAGE = 'asterisk-core-sounds-en-wav';
const SOUNDS = '/usr/share/asterisk/sounds/en_US_f_Allison';
// Of asterisk-core-sounds-en, which the package of the sounds brings along.
const TEXTS = '/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';

// Below that a prompt is a scrap ("minutes", "and") that is only ever played within a sentence.
const LEAST_WORDS = 6;

/**
 * Every prompt that is a sentence of at least six words and whose text is what is spoken: with digits
 * and symbols it is not, nor where the text describes a sound or stands for a part of a sentence. The
 * rule is by form alone, so that none is chosen for how well it is understood.
 *
 * @throws when the Debian package is not installed, saying so.
 */
export function readPrompts(): Prompt[] {
  if (!existsSync(TEXTS) || !existsSync(SOUNDS)) {
    throw new Error(
      `The recordings of a human voice are missing: install the Debian package with "apt-get install ${PACKAGE}".`,
    );
  }
  return gunzipSync(readFileSync(TEXTS))
    .toString('latin1')
    .split('\n')
    .flatMap((line) => {
      const [, name = '', text = ''] = /^([\w/-]+): (.+)$/.exec(line) ?? [];
      const path = join(SOUNDS, `${name}.wav`);
      const isSpoken = /^[A-Z][A-Za-z',.!?\s-]+[.!?]$/.test(text.trim()) && !text.includes('...');
      const isSentence = text.trim().split(/\s+/).length >= LEAST_WORDS;
      return isSpoken && isSentence && existsSync(path)
        ? [{ name, text: text.trim(), samples: samplesOf(readFileSync(path)) }]
        : [];
    });
}

function samplesOf(file: Buffer): Buffer {
  const at = file.indexOf('data', 12, 'latin1');
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
}
