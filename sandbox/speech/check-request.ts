import { LANGUAGES } from './languages.ts';
import { MODELS, type Model } from './models.ts';
import { v2 } from './protocol.ts';
import type { BatchRecognizeRequest, RecognitionConfig } from './protocol.ts';
import { parseGsUri, parseRecognizer, SPEECH_LOCATION } from './resource-names.ts';
import { rpcError } from './rpc-error.ts';

/** Google's own limit for BatchRecognize. */
const MAX_FILES = 15;
/** Google's limits for explicit decoding. */
const SAMPLE_RATES_HERTZ = { min: 8000, max: 48000 };
const MAX_CHANNELS = 8;
/** Google allows three languages in total. */
const MAX_LANGUAGES = 3;

/** Google's limits for adaptation: phrases in a set, characters in a phrase; a boost is above 0 and at most 20. */
const MAX_PHRASES = 1200;
const MAX_PHRASE_LENGTH = 100;
const MAX_BOOST = 20;

const KNOWN_LANGUAGES = new Set(LANGUAGES.map((code) => code.toLowerCase()));

/**
 * Refuses what Google refuses before it starts an operation. The messages about locations, models, languages, features
 * and sample rates are Google's, as seen in public reports; the others are this stand-in's own, with the status that
 * Google documents.
 *
 * @throws RpcError INVALID_ARGUMENT, NOT_FOUND for a recognizer other than `_`, or UNIMPLEMENTED for captions.
 */
export function checkRequest(request: BatchRecognizeRequest): void {
  const { recognizer } = parseRecognizer(request.recognizer);
  if (recognizer !== '_') {
    throw rpcError('NOT_FOUND', `Unable to find Recognizer ${request.recognizer}.`);
  }
  checkFiles(request);
  checkOutput(request);
  const configs = request.files.map((file) => file.config ?? request.config ?? {});
  configs.forEach(checkConfig);
}

function checkFiles({ files }: BatchRecognizeRequest): void {
  if (files.length === 0 || files.length > MAX_FILES) {
    throw invalid(
      `The request has ${String(files.length)} files; from 1 to ${String(MAX_FILES)} are allowed.`,
    );
  }
  for (const { uri } of files) {
    if (typeof uri !== 'string' || parseGsUri(uri) === null) {
      throw invalid('Request contains an invalid argument: a file must be a gs:// URI.');
    }
  }
}

function checkOutput({ recognitionOutputConfig: output, files }: BatchRecognizeRequest): void {
  if (output?.outputFormatConfig?.vtt || output?.outputFormatConfig?.srt) {
    throw rpcError('UNIMPLEMENTED', 'The sandbox writes results in the native format only.');
  }
  if (output?.inlineResponseConfig) {
    if (files.length > 1) {
      throw invalid('Inline output is allowed for a single file only.');
    }
  } else if (parseGsUri(`${output?.gcsOutputConfig?.uri ?? ''}/`) === null) {
    throw invalid('The output config must be inline, or a gs:// URI.');
  }
}

function checkConfig(config: RecognitionConfig): void {
  const { model, name } = checkModel(config.model ?? '');
  checkLanguages(config.languageCodes ?? [], model, name);
  checkDecoding(config);
  checkFeatures(config, model);
  checkAdaptation(config, model);
}

function checkModel(name: string): { model: Model; name: string } {
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model === undefined) {
    throw invalid(`The model "${name}" does not exist in the location named "${SPEECH_LOCATION}".`);
  }
  return { model, name };
}

function checkLanguages(codes: readonly string[], model: Model, name: string): void {
  if (codes.length === 0 || codes.length > MAX_LANGUAGES) {
    throw invalid(`From 1 to ${String(MAX_LANGUAGES)} language codes are allowed.`);
  }
  for (const code of codes) {
    const isDetected = model.detectsLanguage && code === 'auto' && codes.length === 1;
    const known = KNOWN_LANGUAGES.has(code.toLowerCase()) || isDetected;
    if (!known) {
      throw invalid(
        `The language "${code}" is not supported by the model "${name}" in the location named "${SPEECH_LOCATION}".`,
      );
    }
  }
}

function checkDecoding({ autoDecodingConfig, explicitDecodingConfig }: RecognitionConfig): void {
  if (autoDecodingConfig) {
    return;
  }
  if (!explicitDecodingConfig) {
    throw invalid('The config must have auto_decoding_config or explicit_decoding_config.');
  }
  const rate = explicitDecodingConfig.sampleRateHertz ?? 0;
  const channels = explicitDecodingConfig.audioChannelCount ?? 0;
  if (!explicitDecodingConfig.encoding) {
    throw invalid('Invalid audio encoding: AUDIO_ENCODING_UNSPECIFIED.');
  }
  if (rate < SAMPLE_RATES_HERTZ.min || rate > SAMPLE_RATES_HERTZ.max) {
    throw invalid(`Invalid sample rate hertz value: ${String(rate)}`);
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw invalid(`Invalid audio channel count value: ${String(channels)}`);
  }
}

function checkFeatures({ features }: RecognitionConfig, model: Model): void {
  const { SEPARATE_RECOGNITION_PER_CHANNEL } = v2.RecognitionFeatures.MultiChannelMode;
  const wanted: readonly [string, boolean][] = [
    ['word_level_confidence', features?.enableWordConfidence === true],
    ['word_time_offsets', features?.enableWordTimeOffsets === true],
    ['speaker_diarization', Boolean(features?.diarizationConfig)],
    [
      'separate_recognition_per_channel',
      features?.multiChannelMode === SEPARATE_RECOGNITION_PER_CHANNEL,
    ],
  ];
  for (const [feature, isWanted] of wanted) {
    if (isWanted && !model.features.has(feature)) {
      throw invalid(`Recognizer does not support feature: ${feature}`);
    }
  }
}

function checkAdaptation({ adaptation }: RecognitionConfig, model: Model): void {
  const sets = (adaptation?.phraseSets ?? []).map((set) => set.inlinePhraseSet);
  if (sets.length > 0 && !model.takesAdaptation) {
    throw invalid('Recognizer does not support feature: adaptation');
  }
  for (const set of sets) {
    const phrases = set?.phrases ?? [];
    const boost = set?.boost ?? 0;
    if (phrases.length > MAX_PHRASES || boost <= 0 || boost > MAX_BOOST) {
      throw invalid('The phrase set is too long, or its boost lies outside 0 to 20.');
    }
    if (phrases.some(({ value }) => !value || value.length > MAX_PHRASE_LENGTH)) {
      throw invalid('A phrase is empty or too long.');
    }
  }
}

function invalid(details: string): Error {
  return rpcError('INVALID_ARGUMENT', details);
}
