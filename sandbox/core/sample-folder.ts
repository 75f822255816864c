import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { messageOf } from './message-of.ts';
import { AUDIO_EXTENSIONS, hasAudioExtension, toOwnRecording } from './own-recording.ts';
import { describeProblems, SampleFileSchema } from './sample-file.ts';
import { toSample } from './sample.ts';
import type { Sample } from './sample.ts';

/** The current content of a folder of sample files. */
type FolderContent = { samples: Sample[]; problems: string[] };

type ReadFile = { fingerprint: string } & ({ sample: Sample } | { problem: string });

/**
 * Reads sample files from a folder: JSON with its audio beside it, or audio alone. Each call looks at the folder again,
 * but parses only what has changed. A file that cannot be used is reported once to `warn` and left out.
 */
export function createSampleFolder(
  samplesDir: string,
  warn: (sentence: string) => void,
): { read(): FolderContent } {
  const files = new Map<string, ReadFile>();

  function readAll(): FolderContent {
    const names = readdirSync(samplesDir).toSorted();
    const jsonNames = names.filter((name) => name.endsWith('.json'));
    const content: FolderContent = { samples: [], problems: [] };
    jsonNames.forEach((name) => readInto(content, name));
    // An audio file alone is a call too, unless it belongs to a JSON file, even an invalid one.
    const bases = new Set(jsonNames.map(baseOf));
    const named = new Set(
      content.samples.map(({ audio }) => 'path' in audio && basename(audio.path)),
    );
    names
      .filter(hasAudioExtension)
      .filter((name) => !bases.has(baseOf(name)) && !named.has(name))
      .forEach((name) => readInto(content, name));
    return content;
  }

  function readInto(content: FolderContent, name: string): void {
    const file = readOne(name);
    if (file === null) {
      files.delete(name);
    } else if ('sample' in file) {
      content.samples.push(file.sample);
    } else {
      content.problems.push(file.problem);
    }
  }

  function readOne(name: string): ReadFile | null {
    const path = join(samplesDir, name);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) {
      return null;
    }
    const fingerprint = `${facts.size} ${facts.mtimeMs}`;
    const known = files.get(name);
    // A problem may be solved without a change of this file: the audio may be added later.
    if (known?.fingerprint === fingerprint && 'sample' in known) {
      return known;
    }
    const parse = name.endsWith('.json') ? parseJson : parseAudio;
    const file = { fingerprint, ...parse(samplesDir, name) };
    if ('problem' in file && !(known && 'problem' in known && known.problem === file.problem)) {
      warn(file.problem);
    }
    files.set(name, file);
    return file;
  }

  return { read: readAll };
}

/** A name without its extension. */
function baseOf(name: string): string {
  return basename(name, extname(name));
}

/** A user's own recording: neither the caller nor the words are known. */
function parseAudio(samplesDir: string, name: string): { sample: Sample } | { problem: string } {
  const path = join(samplesDir, name);
  try {
    const ids = toOwnRecording(name, readFileSync(path));
    const content = { ...ids, metadata: {}, expect: { status: 'COMPLETED' as const }, faults: [] };
    return { sample: toSample(content, { path }, ids.title) };
  } catch (error) {
    return { problem: `Failed to read the recording ${name}: ${messageOf(error)}.` };
  }
}

function parseJson(samplesDir: string, name: string): { sample: Sample } | { problem: string } {
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
  const audio = file.audio ?? audioBeside(samplesDir, base);
  if (audio === undefined || !existsSync(join(samplesDir, audio))) {
    const wanted = audio ?? AUDIO_EXTENSIONS.map((end) => base + end).join(' or ');
    return { problem: `Failed to use the sample ${name}: put its audio beside it as ${wanted}.` };
  }
  return { sample: toSample(file, { path: join(samplesDir, audio) }, base) };
}

/** The audio with the base name of a JSON file; of several, the first in the order of AUDIO_EXTENSIONS. */
function audioBeside(samplesDir: string, base: string): string | undefined {
  const sameName = readdirSync(samplesDir).filter((name) => baseOf(name) === base);
  return AUDIO_EXTENSIONS.flatMap((end) =>
    sameName.filter((name) => extname(name).toLowerCase() === end),
  )[0];
}
