import { CONNECTWISE } from '../corpus/connectwise.ts';
import { LANGUAGE_MODEL } from '../corpus/language-model.ts';
import { PHONE_SYSTEM } from '../corpus/phone-system.ts';
import type { HttpAnswer, ReplyCase } from '../corpus/reply-case.ts';
import { RESULT_FILES } from '../corpus/speech.ts';
import { TRANSCRIPTION_SERVER } from '../corpus/transcription-server.ts';
import {
  askConnectWise,
  askLanguageModel,
  askPhoneSystem,
  askTranscriptionServer,
  type Ask,
} from './ask-over-http.ts';
import { readResultFile } from './ask-storage.ts';

/** Every system that is asked over HTTP: its name, the answers it may give, and how it is asked. */
export const OVER_HTTP: readonly (readonly [string, readonly ReplyCase<HttpAnswer>[], Ask])[] = [
  ['the phone system', PHONE_SYSTEM, askPhoneSystem],
  ['ConnectWise', CONNECTWISE, askConnectWise],
  ['the language model', LANGUAGE_MODEL, askLanguageModel],
  ['a transcription server', TRANSCRIPTION_SERVER, askTranscriptionServer],
  ['the result file of Speech-to-Text', RESULT_FILES, readResultFile],
];
