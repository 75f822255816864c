import type { Recognition } from '../../domain/recognition.ts';
import { ServiceError } from '../../domain/service-error.ts';
import {
  AUTOMATIC_MODEL,
  modelForRate,
  speechModelOf,
  type SpeechModel,
} from '../../domain/speech-models.ts';
import type { SpeechConfig } from './transport.ts';
import { refuseUnreadable, unsupported, type SpeechAudio } from './readable-audio.ts';

/**
 * What is asked for, given the audio: the model that fits it unless one is configured, each channel
 * for itself where there are several, speakers told apart where there is one and the model can, and
 * the times of words as long as the model gives them.
 *
 * Throws SPEECH_FORMAT_UNSUPPORTED or SPEECH_AUDIO_TOO_LONG for what Google would refuse or drop,
 * before anything is paid.
 */
export function planRecognition(config: SpeechConfig, audio: SpeechAudio): Recognition {
  refuseUnreadable(audio);
  const name =
    config.model === AUTOMATIC_MODEL ? modelForRate(audio.sampleRateHertz) : config.model;
  const model = speechModelOf(name);
  // Of an unknown number of channels all but the first would be lost without a word.
  const isSeparate = audio.channels === null || audio.channels > 1;
  if (isSeparate && !model.separatesChannels) {
    throw unsupported(audio, `the model ${name} would drop all channels but the first`);
  }
  return {
    provider: 'google',
    model: name,
    languageCodes: config.languageCodes,
    channels: isSeparate ? 'separate' : 'single',
    diarization: !isSeparate && config.languageCodes.every((code) => model.diarizes.includes(code)),
    wordTimes: wordTimesOf(name, model, audio),
    phrases: config.phrases.length,
  };
}

/** Whether the times of words can be had. A length that nobody knows is left to Google. */
function wordTimesOf(name: string, model: SpeechModel, { durationSeconds }: SpeechAudio): boolean {
  if (durationSeconds === null) return true;
  if (durationSeconds > model.maxSeconds) {
    throw new ServiceError(
      'SPEECH_AUDIO_TOO_LONG',
      `The audio was not submitted: it lasts ${Math.round(durationSeconds)} seconds, and the model ${name} takes ${model.maxSeconds}; choose a model that takes more.`,
      { context: { durationSeconds, maxSeconds: model.maxSeconds } },
    );
  }
  return durationSeconds <= model.maxSecondsWithWordTimes;
}
