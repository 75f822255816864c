import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A sentence spoken by a person, which telephone systems play to callers. */
export type Prompt = {
  readonly name: string;
  readonly text: string;
  /** 16-bit samples at 8 kHz, mono. */
  readonly samples: Buffer;
};

const PACKAGE = 'asterisk-core-sounds-en-wav';
const SOUNDS = '/usr/share/asterisk/sounds/en_US_f_Allison';
// From asterisk-core-sounds-en, a dependency of the package with the sounds.
const TEXTS = '/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';

// Shorter prompts are fragments ("minutes", "and") that are only played within a sentence.
const MIN_WORDS = 6;

/** Whether the recordings are installed. */
export const hasPrompts = (): boolean => existsSync(TEXTS) && existsSync(SOUNDS);

/**
 * Every prompt that is a sentence of at least six words and whose text is exactly what is spoken. That
 * excludes texts with digits and symbols, and texts that describe a sound or only a part of a sentence.
 * The rule looks only at the form, so that no prompt is chosen for how well it is understood.
 *
 * @throws if the Debian package is not installed; the message says so.
 */
export function readPrompts(): Prompt[] {
  if (!hasPrompts()) {
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
      const isSentence = text.trim().split(/\s+/).length >= MIN_WORDS;
      return isSpoken && isSentence && existsSync(path)
        ? [{ name, text: text.trim(), samples: samplesOf(readFileSync(path)) }]
        : [];
    });
}

function samplesOf(file: Buffer): Buffer {
  const at = file.indexOf('data', 12, 'latin1');
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
}
