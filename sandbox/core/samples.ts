import { describeAudio, fingerprintOf, readAudio } from './audio.ts';
import type { AudioFacts } from './audio.ts';
import type { FaultInput } from './faults.ts';
import { createAddedRecordings } from './added-recordings.ts';
import type { RecordingInput } from './sample-file.ts';
import type { Sample } from './sample.ts';
import { createSampleFolder } from './sample-folder.ts';
import { findByExcerpt } from './excerpt-match.ts';
import { findBestMatches, gramsOfWords } from './transcript-match.ts';
import type { Grams } from './transcript-match.ts';

/** The calls of the sandbox. The files are checked on each call, so they can be added at run time. */
export type SampleCatalogue = {
  list(): Sample[];
  /** Why sample files could not be used, one sentence each. */
  problems(): string[];
  findByCallSid(callSid: string): Sample | null;
  /** uniqueid may come with or without its dot; if given, it must be the recording's. */
  findRecording(recordgroup: string, recordid: string, uniqueid?: string): Sample | null;
  /** Calls with a number that ends with these digits (at least six), or that these digits end with. */
  findByPhoneDigits(digits: string): Sample[];
  /** The call whose words (its transcript's or its file's) occur in the text; several if they say the same. */
  findByTranscript(text: string): Sample[];
  /** The call that a text is a part of; several if they say the same. */
  findByExcerpt(text: string): Sample[];
  /** Several calls may have the same audio: the one that `objectName` names is preferred. */
  findByAudioSha256(hex: string, objectName?: string): Promise<Sample | null>;
  /** Size and hashes, computed once for each content. */
  audioFactsOf(sample: Sample): Promise<AudioFacts>;
  readAudio(sample: Sample): AsyncGenerator<Buffer>;
  /**
   * Adds a recording, or replaces an added one of the same id; survives a restart.
   *
   * @throws if it names an audio file that is not among the samples.
   */
  add(input: RecordingInput): Promise<{ sample: Sample; facts: AudioFacts }>;
  close(): void;
};

type Indexed = { readonly sample: Sample; readonly digits: readonly string[]; grams: Grams };

/** The fields of a phone system's record that contain a number. */
const NUMBER_FIELDS = ['snumber', 'cnumber', 'dnumber', 'callerid_internal'] as const;
/** Too many numbers end with fewer digits than this to identify a call. */
const MIN_DIGITS = 6;
/** The national and the international form of a number have at least these last digits in common. */
const COMPARED_DIGITS = 9;

/**
 * Opens the catalogue of a folder of sample files and of the recordings added to this data folder.
 * A sample's own faults are passed to `seed` whenever it is listed; `warn` gets each new problem.
 */
export function createSampleCatalogue(options: {
  samplesDir: string;
  dataDir: string;
  seed: (callSid: string, faults: readonly FaultInput[]) => void;
  warn: (sentence: string) => void;
  /** The transcripts of the calls; none by default. */
  storedTranscripts?: () => readonly { readonly callSid: string; readonly grams: Grams }[];
}): SampleCatalogue {
  const folder = createSampleFolder(options.samplesDir, options.warn);
  const added = createAddedRecordings(options.dataDir, options.samplesDir);
  const indexOf = new WeakMap<Sample, Indexed>();
  const factsOf = new Map<string, Promise<AudioFacts>>();

  function list(): Sample[] {
    const known = new Map<string, Sample>();
    for (const sample of [...folder.read().samples, ...added.list()]) {
      known.set(sample.callRecordingId, sample);
      if (sample.faults.length > 0) {
        options.seed(sample.callRecordingId, sample.faults);
      }
    }
    return [...known.values()];
  }

  function index(): Indexed[] {
    return list().map((sample) => {
      const indexed = indexOf.get(sample) ?? toIndexed(sample);
      indexOf.set(sample, indexed);
      return indexed;
    });
  }

  async function audioFactsOf({ audio }: Sample): Promise<AudioFacts> {
    const key = 'path' in audio ? await fingerprintOf(audio.path) : JSON.stringify(audio.generate);
    const facts = factsOf.get(key) ?? describeAudio(audio);
    factsOf.set(key, facts);
    // If a file could not be read, the next call tries again.
    facts.catch(() => factsOf.delete(key));
    return facts;
  }

  function findByCallSid(callSid: string): Sample | null {
    return list().find((sample) => sample.callRecordingId === callSid) ?? null;
  }

  return {
    list,
    problems: () => folder.read().problems,
    findByCallSid,
    findRecording: (recordgroup, recordid, uniqueid) =>
      list().find(
        (sample) =>
          sample.recordgroup === recordgroup &&
          sample.recordid === recordid &&
          (uniqueid === undefined || isSameUniqueid(sample.callRecordingId, uniqueid)),
      ) ?? null,
    findByPhoneDigits: (text) => {
      const asked = text.replace(/\D/g, '');
      return index()
        .filter(({ digits }) => digits.some((number) => isSameNumber(number, asked)))
        .map(({ sample }) => sample);
    },
    findByTranscript: (text) => {
      const stored = (options.storedTranscripts?.() ?? []).flatMap(({ callSid, grams }) => {
        const sample = findByCallSid(callSid);
        return sample === null ? [] : [{ sample, grams }];
      });
      const found = findBestMatches([...index(), ...stored], text);
      return [...new Set(found.map(({ sample }) => sample))];
    },
    findByExcerpt: (text) => findByExcerpt(index(), text).map(({ sample }) => sample),
    async findByAudioSha256(hex, objectName) {
      const named = objectName
        ?.split('/')
        .at(-1)
        ?.replace(/\.[^.]*$/, '');
      const samples = list().toSorted(
        (a, b) => Number(b.callRecordingId === named) - Number(a.callRecordingId === named),
      );
      for (const sample of samples) {
        if ((await audioFactsOf(sample)).sha256 === hex) {
          return sample;
        }
      }
      return null;
    },
    audioFactsOf,
    readAudio: (sample) => readAudio(sample.audio),
    async add(input) {
      const sample = added.add(input);
      list();
      return { sample, facts: await audioFactsOf(sample) };
    },
    close: () => added.close(),
  };
}

function toIndexed(sample: Sample): Indexed {
  const numbers = NUMBER_FIELDS.map((field) => String(sample.metadata[field] ?? ''));
  return {
    sample,
    digits: numbers.map((number) => number.replace(/\D/g, '')),
    grams: gramsOfWords(sample.words ?? []),
  };
}

function isSameUniqueid(known: string, asked: string): boolean {
  return known.replaceAll('.', '') === asked.replaceAll('.', '');
}

function isSameNumber(known: string, asked: string): boolean {
  const length = Math.min(known.length, asked.length, COMPARED_DIGITS);
  return length >= MIN_DIGITS && known.slice(-length) === asked.slice(-length);
}
