import type { CodeFacts } from './code-facts.ts';

/** How transcribing can fail, by Google Speech-to-Text or by a transcription server. */
export const SPEECH_CODES = {
  SPEECH_UNAVAILABLE: {
    meaning:
      'Speech-to-Text, or the transcription server, did not answer or reported an error of its own.',
    retryable: true,
    remedy:
      'Wait until Speech-to-Text, or the transcription server, answers again, then send the signal reprocess.',
  },
  SPEECH_QUOTA_EXCEEDED: {
    meaning:
      "The project's quota for Speech-to-Text, or the account's at the transcription server, is used up.",
    retryable: true,
    remedy: 'Raise the quota or wait, then send the signal reprocess.',
  },
  SPEECH_PAYMENT_REQUIRED: {
    meaning:
      'The account for transcriptions is out of money: the credit at the transcription server is used up, or the billing of the Google Cloud project is switched off.',
    retryable: true,
    remedy:
      'If a transcription server is used, add credit to the account to which TRANSCRIPTION_API_KEY belongs. Otherwise enable billing for GOOGLE_CLOUD_PROJECT. Then send the signal reprocess.',
  },
  SPEECH_QUEUED: {
    meaning:
      'The recording waits for a place at the transcription server: each worker sends it no more than TRANSCRIPTION_CONCURRENCY requests at once. Or the time of an attempt was nearly over, and the next one sends the rest of a long recording.',
    retryable: true,
    remedy:
      'Raise TRANSCRIPTION_CONCURRENCY if the server can take more, or give it more machines, since a place took longer than a week to come; restart the workers, then send the signal reprocess.',
  },
  SPEECH_INVALID_ARGUMENT: {
    meaning:
      'Speech-to-Text refused the request because location, model, languages and audio do not fit each other. Or the transcription server did: its address, model or language is wrong, or it redirects.',
    retryable: false,
    remedy:
      'If a transcription server is used, check TRANSCRIPTION_BASE_URL, TRANSCRIPTION_MODEL and SPEECH_LANGUAGE_CODES. Otherwise check that SPEECH_LOCATION, SPEECH_MODEL and SPEECH_LANGUAGE_CODES fit each other. Restart the workers, then send the signal reprocess.',
  },
  SPEECH_CREDENTIALS_REFUSED: {
    meaning:
      'Speech-to-Text refused the service account, may not read or write the bucket, or found no Google credentials at the worker. Or the transcription server refused its key.',
    retryable: false,
    remedy:
      'If a transcription server is used, correct TRANSCRIPTION_API_KEY. Otherwise set up application default credentials for the workers, give the service account the role Cloud Speech Client in GOOGLE_CLOUD_PROJECT, and give the Speech service agent access to the bucket. Restart the workers, then send the signal reprocess.',
  },
  SPEECH_AUDIO_NOT_FOUND: {
    meaning: 'Speech-to-Text cannot find the archived audio or the project.',
    retryable: false,
    remedy:
      'Check RECORDINGS_BUCKET and GOOGLE_CLOUD_PROJECT; if the object no longer exists, send the signal reprocess with {"from":"archiveRecording"}.',
  },
  SPEECH_AUDIO_TOO_LARGE: {
    meaning:
      'The transcription server does not accept a recording of this size in one request, and the recording cannot be sent in parts: its format cannot be decoded here, or the server takes less than five seconds.',
    retryable: false,
    remedy:
      'Raise the limit of the server (and TRANSCRIPTION_MAX_BYTES, if it is set), or use one with a higher limit (TRANSCRIPTION_BASE_URL, SPEECH_PROVIDER) and restart the workers. Then send the signal reprocess.',
  },
  SPEECH_FILE_REFUSED: {
    meaning:
      'Speech-to-Text, or the transcription server, accepted the request but could not read the audio.',
    retryable: false,
    remedy: 'Listen to the archived recording; if it is intact, send the signal reprocess.',
  },
  SPEECH_FORMAT_UNSUPPORTED: {
    meaning:
      'The recording is archived, but Speech-to-Text does not decode its format: GSM 6.10 or another codec, samples that do not have 16 bits, too many channels, or a rate outside 8 to 48 kHz. Nothing was submitted or paid for.',
    retryable: false,
    remedy:
      'Let the phone system record WAV (16-bit PCM, µ-law or A-law), FLAC, MP3 or Ogg Opus from now on. For this recording, set SPEECH_PROVIDER=openai-compatible with a server that reads its format, restart the workers, then send the signal reprocess.',
  },
  SPEECH_AUDIO_TOO_LONG: {
    meaning:
      'The recording is archived, but it is longer than the Speech-to-Text model accepts. Nothing was submitted or paid for. Or it is longer than the transcription server accepts, and cannot be sent in parts: its format cannot be decoded here, or the server takes less than five seconds.',
    retryable: false,
    remedy:
      'Set SPEECH_MODEL to one that accepts more (chirp_3 accepts an hour; telephony, long and auto accept eight), or SPEECH_PROVIDER=openai-compatible. If a transcription server is used, raise its limit or use one with a higher limit (TRANSCRIPTION_BASE_URL). Restart the workers, then send the signal reprocess.',
  },
  SPEECH_FILE_FAILED: {
    meaning:
      'Speech-to-Text failed on the audio for a reason of its own. It is submitted at most three times.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_FAILED: {
    meaning:
      'Speech-to-Text ended the operation with an error of its own. The audio is submitted at most three times.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_EMPTY: {
    meaning:
      'Speech-to-Text ended the operation with neither a response nor an error. The audio is submitted at most three times.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_LOST: {
    meaning:
      'Speech-to-Text no longer knows the operation, and it left no result. It may have been billed. The audio is submitted at most three times.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again, which is paid for again.',
  },
  SPEECH_RESULT_MISSING: {
    meaning:
      'Speech-to-Text reported success but left no result. The audio is submitted at most three times.',
    retryable: true,
    remedy: 'Send the signal reprocess to submit the audio again.',
  },
  SPEECH_RESULT_INVALID: {
    meaning:
      'The transcript file of Speech-to-Text, or the reply of the transcription server, has a form this service does not know.',
    retryable: false,
    remedy:
      'Check TRANSCRIPTION_BASE_URL if a transcription server is used. Otherwise report it; the transcript file is under transcripts/ in the bucket.',
  },
} as const satisfies Record<string, CodeFacts>;
