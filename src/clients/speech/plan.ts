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
 * Decides how to transcribe the audio: with the configured model or the one that fits the audio;
 * several channels separately; with speakers told apart where there is one channel and the model can
 * do it; and with word times where the model gives them for audio of this length.
 *
 * Throws SPEECH_FORMAT_UNSUPPORTED or SPEECH_AUDIO_TOO_LONG for audio that Google would refuse or
 * transcribe in part, before anything is paid.
 */
export function planRecognition(config: SpeechConfig, audio: SpeechAudio): Recognition {
  refuseUnreadable(audio);
  const name =
    config.model === AUTOMATIC_MODEL ? modelForRate(audio.sampleRateHertz) : config.model;
  const model = speechModelOf(name);
  // With an unknown number of channels, all but the first could silently be lost.
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

/** Whether the model gives word times for audio of this length. An unknown length is left to Google. */
function wordTimesOf(name: string, model: SpeechModel, { durationSeconds }: SpeechAudio): boolean {
  if (durationSeconds === null) return true;
  if (durationSeconds > model.maxSeconds) {
    throw new ServiceError(
      'SPEECH_AUDIO_TOO_LONG',
      `The audio was not submitted: it lasts ${Math.round(durationSeconds)} seconds, and the model ${name} accepts ${model.maxSeconds}.`,
      { context: { durationSeconds, maxSeconds: model.maxSeconds } },
    );
  }
  return durationSeconds <= model.maxSecondsWithWordTimes;
}
