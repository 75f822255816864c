import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A file of JSON lines that is only ever appended to while the sandbox runs. */
export type Journal<Entry> = {
  /** Writes one entry; once this returns, a kill -9 of the process does not lose it. */
  append(entry: Entry): void;
  /** Replaces all entries by these in one rename. */
  rewrite(entries: readonly Entry[]): void;
  close(): void;
};

/**
 * Opens a journal and returns its entries. The writes are synchronous on purpose: what was
 * acknowledged is in the kernel's page cache, which survives the process (but not the machine).
 * A last line without a line feed was never acknowledged, and is dropped.
 *
 * @throws if a complete line is not JSON: somebody else wrote into the file.
 */
export function openJournal<Entry>(path: string): { journal: Journal<Entry>; entries: Entry[] } {
  mkdirSync(dirname(path), { recursive: true });
  const entries = existsSync(path) ? parseLines<Entry>(path) : [];
  let descriptor = replaceBy(path, entries);
  return {
    entries,
    journal: {
      append(entry) {
        writeWhole(descriptor, `${JSON.stringify(entry)}\n`);
      },
      rewrite(kept) {
        closeSync(descriptor);
        descriptor = replaceBy(path, kept);
      },
      close() {
        closeSync(descriptor);
      },
    },
  };
}

/** Drops what follows the last line feed: nothing, or a line that was cut off by a kill. */
function parseLines<Entry>(path: string): Entry[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      const entry: Entry = JSON.parse(line);
      return entry;
    } catch {
      throw new Error(
        `Failed to read the sandbox's journal ${path}: line ${index + 1} is not JSON. ` +
          'Delete the data folder to start over.',
      );
    }
  });
}

function replaceBy(path: string, entries: readonly unknown[]): number {
  const temporary = `${path}.new`;
  writeFileSync(temporary, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  renameSync(temporary, path);
  return openSync(path, 'a');
}

/** A write may take only part of its bytes, for instance when the disk is nearly full. */
function writeWhole(descriptor: number, line: string): void {
  const bytes = Buffer.from(line);
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written);
  }
}
