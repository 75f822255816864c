import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from './message-of.ts';
import { describeProblems, SampleFileSchema } from './sample-file.ts';
import { toSample } from './sample.ts';
import type { Sample } from './sample.ts';

/** What a folder of sample files holds at the moment of asking. */
type FolderContent = { samples: Sample[]; problems: string[] };

type ReadFile = { fingerprint: string } & ({ sample: Sample } | { problem: string });

/** The names tried for the audio of a file that names none, in this order. */
const AUDIO_EXTENSIONS = ['.wav', '.mp3'];

/**
 * Reads sample files from a folder. Each question looks at the folder again, but parses only what
 * changed. A file that cannot be used is reported once to `warn` and left out.
 */
export function createSampleFolder(
  samplesDir: string,
  warn: (sentence: string) => void,
): { read(): FolderContent } {
  const files = new Map<string, ReadFile>();

  function readAll(): FolderContent {
    const names = readdirSync(samplesDir).filter((name) => name.endsWith('.json'));
    const content: FolderContent = { samples: [], problems: [] };
    for (const name of names.toSorted()) {
      const file = readOne(name);
      if (file === null) {
        files.delete(name);
      } else if ('sample' in file) {
        content.samples.push(file.sample);
      } else {
        content.problems.push(file.problem);
      }
    }
    return content;
  }

  function readOne(name: string): ReadFile | null {
    const path = join(samplesDir, name);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) {
      return null;
    }
    const fingerprint = `${facts.size} ${facts.mtimeMs}`;
    const known = files.get(name);
    // A problem may be cured by something else than this file: the audio is dropped in later.
    if (known?.fingerprint === fingerprint && 'sample' in known) {
      return known;
    }
    const file = { fingerprint, ...parse(samplesDir, name) };
    if ('problem' in file && !(known && 'problem' in known && known.problem === file.problem)) {
      warn(file.problem);
    }
    files.set(name, file);
    return file;
  }

  return { read: readAll };
}

function parse(samplesDir: string, name: string): { sample: Sample } | { problem: string } {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(samplesDir, name), 'utf8'));
  } catch (error) {
    return { problem: `Failed to read the sample ${name}: ${messageOf(error)}.` };
  }
  const parsed = SampleFileSchema.safeParse(content);
  if (!parsed.success) {
    return { problem: `Failed to read the sample ${name}: ${describeProblems(parsed.error)}.` };
  }
  const file = parsed.data;
  const base = basename(name, '.json');
  const candidates =
    file.audio === undefined ? AUDIO_EXTENSIONS.map((end) => base + end) : [file.audio];
  const audio = candidates.find((candidate) => existsSync(join(samplesDir, candidate)));
  if (audio === undefined) {
    const wanted = candidates.join(' or ');
    return { problem: `Failed to use the sample ${name}: put its audio beside it as ${wanted}.` };
  }
  return { sample: toSample(file, { path: join(samplesDir, audio) }, base) };
}
