import type { CodeFacts } from './code-facts.ts';

/** How finding out what a call means can fail: Speech-to-Text, ConnectWise, the language model. */
export const MEANING_CODES = {
  SPEECH_UNAVAILABLE: {
    meaning:
      'Speech-to-Text, or the transcription server, did not answer or reported an error of its own.',
    retryable: true,
    remedy: 'Wait until it answers again, then send the signal reprocess.',
  },
  SPEECH_QUOTA_EXCEEDED: {
    meaning:
      'A quota of the project for Speech-to-Text, or of the account at the transcription server, is used up.',
    retryable: true,
    remedy: 'Raise the quota or wait, then send the signal reprocess.',
  },
  SPEECH_INVALID_ARGUMENT: {
    meaning:
      'Speech-to-Text refused the request: location, model, languages or audio do not fit each other. Or the transcription server did: its address, model or language is wrong, or it redirects.',
    retryable: false,
    remedy:
      'Check that SPEECH_LOCATION, SPEECH_MODEL and SPEECH_LANGUAGE_CODES fit each other, or TRANSCRIPTION_BASE_URL and TRANSCRIPTION_MODEL, restart the workers, then send the signal reprocess.',
  },
  SPEECH_CREDENTIALS_REFUSED: {
    meaning:
      'Speech-to-Text refused the service account, or may not read or write the bucket. Or the transcription server refused its key.',
    retryable: false,
    remedy:
      'Give the service account the role Cloud Speech Client in GOOGLE_CLOUD_PROJECT, and the Speech service agent access to the bucket; or correct TRANSCRIPTION_API_KEY and restart the workers. Then send the signal reprocess.',
  },
  SPEECH_AUDIO_NOT_FOUND: {
    meaning: 'Speech-to-Text cannot find the archived audio or the project.',
    retryable: false,
    remedy:
      'Check RECORDINGS_BUCKET and GOOGLE_CLOUD_PROJECT; if the object is gone, send the signal reprocess with {"from":"archiveRecording"}.',
  },
  SPEECH_AUDIO_TOO_LARGE: {
    meaning: 'The transcription server takes no recording of this size at once.',
    retryable: false,
    remedy:
      'Raise the limit of the server, or use one with a higher limit (TRANSCRIPTION_BASE_URL, SPEECH_PROVIDER) and restart the workers, then send the signal reprocess.',
  },
  SPEECH_FILE_REFUSED: {
    meaning:
      'Speech-to-Text, or the transcription server, took the request and could not read the audio.',
    retryable: false,
    remedy: 'Listen to the archived recording; if it is sound, send the signal reprocess.',
  },
  SPEECH_FORMAT_UNSUPPORTED: {
    meaning:
      'The recording is archived, and Speech-to-Text does not decode its format: GSM 6.10 or another codec, samples of other than 16 bits, too many channels, or a rate outside 8 to 48 kHz. Nothing was submitted or paid.',
    retryable: false,
    remedy:
      'Let the phone system record WAV (16-bit PCM, µ-law or A-law), FLAC, MP3 or Ogg Opus from now on. For this recording, set SPEECH_PROVIDER=openai-compatible with a server that reads its format, restart the workers, then send the signal reprocess.',
  },
  SPEECH_AUDIO_TOO_LONG: {
    meaning:
      'The recording is archived, and it is longer than the model of Speech-to-Text takes. Nothing was submitted or paid.',
    retryable: false,
    remedy:
      'Set SPEECH_MODEL to one that takes more (chirp_3 takes an hour; telephony, long and auto take eight), or SPEECH_PROVIDER=openai-compatible, restart the workers, then send the signal reprocess.',
  },
  SPEECH_FILE_FAILED: {
    meaning:
      'Speech-to-Text failed on the audio for a reason of its own. Each further attempt submits it anew.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_FAILED: {
    meaning:
      'Speech-to-Text ended the operation with an error of its own. Each further attempt submits the audio anew.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_EMPTY: {
    meaning:
      'Speech-to-Text ended the operation with neither a response nor an error. Each further attempt submits the audio anew.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_LOST: {
    meaning:
      'Speech-to-Text no longer knows the operation, and it left no result. Each further attempt submits the audio anew.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_RESULT_MISSING: {
    meaning:
      'Speech-to-Text reported success and left no result. Each further attempt submits the audio anew.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_RESULT_INVALID: {
    meaning:
      'The transcript file of Speech-to-Text, or the reply of the transcription server, has a form this service does not know.',
    retryable: false,
    remedy:
      'Check TRANSCRIPTION_BASE_URL if such a server is used. Else report it; the transcript file lies under transcripts/ in the bucket.',
  },
  CONNECTWISE_UNAVAILABLE: {
    meaning: 'ConnectWise did not answer, broke off its answer, or reported an error of its own.',
    retryable: true,
    remedy: 'Wait until ConnectWise answers again, then send the signal reprocess.',
  },
  CONNECTWISE_RATE_LIMITED: {
    meaning: 'ConnectWise had too many requests.',
    retryable: true,
    remedy: 'Lower CONNECTWISE_REQUESTS_PER_MINUTE or wait, then send the signal reprocess.',
  },
  CONNECTWISE_QUEUED: {
    meaning:
      'The lookup waits for its turn: all workers together send no more than CONNECTWISE_REQUESTS_PER_MINUTE.',
    retryable: true,
    remedy:
      'The turn did not come within a day: raise CONNECTWISE_REQUESTS_PER_MINUTE if ConnectWise allows more, restart the workers, then send the signal reprocess.',
  },
  CONNECTWISE_CREDENTIALS_REFUSED: {
    meaning:
      'ConnectWise refused the API member. Its cloud hides wrong keys, and a wrong address, behind "not found".',
    retryable: false,
    remedy:
      "Correct CONNECTWISE_URL, CONNECTWISE_COMPANY_ID, the keys or CONNECTWISE_CLIENT_ID, or the API member's rights, restart the workers, then send the signal reprocess.",
  },
  CONNECTWISE_BAD_REQUEST: {
    meaning: 'ConnectWise refused the query as malformed.',
    retryable: false,
    remedy: 'Report it with the time of the failed attempt.',
  },
  CONNECTWISE_REPLY_INVALID: {
    meaning:
      'ConnectWise answered in a form this service does not know, or with a redirect, which is not followed.',
    retryable: false,
    remedy: 'Check CONNECTWISE_URL, then report it.',
  },
  MODEL_UNAVAILABLE: {
    meaning:
      'The language model did not answer, broke off its answer, or reported an error of its own.',
    retryable: true,
    remedy: 'Wait until the language model answers again, then send the signal reprocess.',
  },
  MODEL_RATE_LIMITED: {
    meaning: 'The language model had too many requests, or its credit is used up.',
    retryable: true,
    remedy: "Raise the language model's quota or wait, then send the signal reprocess.",
  },
  MODEL_CREDENTIALS_REFUSED: {
    meaning: 'The language model refused the key.',
    retryable: false,
    remedy: 'Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
  },
  MODEL_BAD_REQUEST: {
    meaning: 'The language model refused the request, or what answered is no language model.',
    retryable: false,
    remedy:
      'Check LLM_BASE_URL and LLM_MODEL, restart the workers, then send the signal reprocess.',
  },
  MODEL_TRANSCRIPT_TOO_LONG: {
    meaning:
      'The transcript exceeds what the model reads at once, or takes more parts than one call may cost.',
    retryable: false,
    remedy:
      'Set LLM_MAX_INPUT_TOKENS to what LLM_MODEL reads (its context less LLM_MAX_OUTPUT_TOKENS), or choose a model that reads more, restart the workers, then send the signal reprocess.',
  },
  MODEL_CONTENT_BLOCKED: {
    meaning: 'The language model, or a filter before it, declined to analyse this call.',
    retryable: false,
    remedy:
      'Choose another LLM_MODEL, restart the workers, then send the signal reprocess; or leave the call as it is.',
  },
  MODEL_OUTPUT_TRUNCATED: {
    meaning:
      'The language model reached its token limit before the analysis was complete, even when told twice to be shorter.',
    retryable: false,
    remedy:
      'Raise LLM_MAX_OUTPUT_TOKENS (models that think before they answer need more) or choose another LLM_MODEL, restart the workers, then send the signal reprocess.',
  },
  MODEL_OUTPUT_INVALID: {
    meaning: 'The language model gave no usable analysis, even when told twice what was wrong.',
    retryable: false,
    remedy:
      'Send the signal reprocess; if that does not help, choose another LLM_MODEL and restart the workers first.',
  },
} as const satisfies Record<string, CodeFacts>;
