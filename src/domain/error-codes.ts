type CodeFacts = {
  /** What happened, for somebody who meets the code for the first time. */
  readonly meaning: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What an operator does about it once a step was given up with this code. */
  readonly remedy: string;
};

/**
 * Every way a call or a request can fail, named `<SYSTEM>_<REASON>`. The two translators (to
 * Temporal and to HTTP) are total over this table, so a new code does not compile until mapped.
 */
export const ERROR_CODES = {
  PHONE_SYSTEM_UNAVAILABLE: {
    meaning:
      'The phone system did not answer, broke off its answer, or reported an error of its own.',
    retryable: true,
    remedy: 'Wait until the phone system answers again, then send the signal reprocess.',
  },
  PHONE_SYSTEM_RATE_LIMITED: {
    meaning: 'The phone system had too many requests.',
    retryable: true,
    remedy: 'Wait until the phone system accepts requests again, then send the signal reprocess.',
  },
  PHONE_SYSTEM_CREDENTIALS_REFUSED: {
    meaning:
      'The phone system refused the user or the password, or the user lacks the role or the rate plan for recordings.',
    retryable: false,
    remedy:
      'Correct PHONE_SYSTEM_USERNAME and PHONE_SYSTEM_PASSWORD, or the rights of that user, restart the workers, then send the signal reprocess.',
  },
  PHONE_SYSTEM_BAD_REQUEST: {
    meaning: 'The phone system refused the request as malformed.',
    retryable: false,
    remedy:
      'Check PHONE_SYSTEM_URL and restart the workers, then send the signal reprocess. To correct the recordgroup or recordid, cancel the run and submit the call again.',
  },
  PHONE_SYSTEM_REPLY_INVALID: {
    meaning:
      'The phone system answered in a form this service does not know, or with a redirect, which is not followed.',
    retryable: false,
    remedy:
      'Check PHONE_SYSTEM_URL and the version of the phone system, restart the workers, then send the signal reprocess.',
  },
  RECORDING_NOT_FOUND: {
    meaning:
      'The phone system has no such recording, or the recordgroup is wrong: it answers both alike.',
    retryable: false,
    remedy:
      'Look for the recording in the phone system. To try another recordgroup, cancel the run and submit the call again.',
  },
  RECORDING_NOT_THERE_YET: {
    meaning:
      'The phone system does not have the recording yet, and the call ended less than 15 minutes ago.',
    retryable: true,
    remedy: 'Send the signal reprocess once the recording is there.',
  },
  RECORDING_CORRUPT: {
    meaning:
      'The recording arrived damaged: its hash, its size or its base64 is wrong, or it is shorter than its own header says.',
    retryable: true,
    remedy: 'Check the recording in the phone system, then send the signal reprocess.',
  },
  RECORDING_UNREADABLE: {
    meaning:
      'What the phone system sent is not audio that can be used: a web page, an empty or a foreign file, or one without samples.',
    retryable: false,
    remedy: 'Check the recording in the phone system, then send the signal reprocess.',
  },
  RECORDING_TOO_LARGE: {
    meaning: 'The recording exceeds RECORDING_MAX_BYTES.',
    retryable: false,
    remedy: 'Raise RECORDING_MAX_BYTES and restart the workers, then send the signal reprocess.',
  },
  STORAGE_UNAVAILABLE: {
    meaning:
      'Cloud Storage did not answer, broke off, or reported an error of its own, or something else answered in its place.',
    retryable: true,
    remedy: 'Wait until Cloud Storage answers again, then send the signal reprocess.',
  },
  STORAGE_RATE_LIMITED: {
    meaning: 'Cloud Storage had too many requests, or a quota of the project is used up.',
    retryable: true,
    remedy: 'Wait until Cloud Storage accepts requests again, then send the signal reprocess.',
  },
  STORAGE_CREDENTIALS_REFUSED: {
    meaning: 'Cloud Storage refused the service account, or the worker has no Google credentials.',
    retryable: false,
    remedy:
      'Give the service account the role Storage Object User on the bucket, then send the signal reprocess.',
  },
  STORAGE_BUCKET_NOT_FOUND: {
    meaning: 'Cloud Storage has no bucket of the name in RECORDINGS_BUCKET.',
    retryable: false,
    remedy:
      'Create the bucket or correct RECORDINGS_BUCKET and restart the workers, then send the signal reprocess.',
  },
  STORAGE_OBJECT_CONFLICT: {
    meaning:
      "Another recording already lies under this call's name in the bucket. Neither was changed.",
    retryable: false,
    remedy: 'Compare the two recordings, move the stored one away, then send the signal reprocess.',
  },
  STORAGE_OBJECT_MISSING: {
    meaning: 'The archived recording or its transcript file is gone from the bucket.',
    retryable: false,
    remedy: 'Send the signal reprocess with {"from":"archiveRecording"}.',
  },
  STORAGE_OBJECT_TOO_LARGE: {
    meaning:
      'An object that is read whole, such as a transcript file, is larger than this service takes.',
    retryable: false,
    remedy: 'Look at the object in the bucket and report it.',
  },
  STORAGE_BAD_REQUEST: {
    meaning: 'Cloud Storage refused the request as malformed.',
    retryable: false,
    remedy: 'Check RECORDINGS_BUCKET, restart the workers, then send the signal reprocess.',
  },
  STORAGE_CHECKSUM_MISMATCH: {
    meaning:
      'What Cloud Storage received differs from what was sent. The damaged object was removed.',
    retryable: true,
    remedy: 'Look for a broken network path, then send the signal reprocess.',
  },
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
    meaning: 'ConnectWise had too many requests, or CONNECTWISE_REQUESTS_PER_MINUTE are used up.',
    retryable: true,
    remedy: 'Lower CONNECTWISE_REQUESTS_PER_MINUTE or wait, then send the signal reprocess.',
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
  DATABASE_UNAVAILABLE: {
    meaning: 'PostgreSQL did not answer, broke off, or lacks disk, memory or connections.',
    retryable: true,
    remedy: 'Bring PostgreSQL back, then send the signal reprocess.',
  },
  DATABASE_CONFLICT: {
    meaning: 'Two writers met in the database, and this one gave way.',
    retryable: true,
    remedy: 'Send the signal reprocess.',
  },
  DATABASE_CREDENTIALS_REFUSED: {
    meaning: 'PostgreSQL refused the user, the password, or a right of the user.',
    retryable: false,
    remedy:
      'Correct DATABASE_URL, or the rights of its user on the tables, and restart, then send the signal reprocess.',
  },
  DATABASE_SCHEMA_OUTDATED: {
    meaning:
      'The database, or a table, column or type in it, does not exist: migrations are missing.',
    retryable: true,
    remedy: 'Run npm run db:migrate, then send the signal reprocess.',
  },
  TEMPORAL_UNAVAILABLE: {
    meaning: 'Temporal did not answer, or does not have the namespace.',
    retryable: true,
    remedy: 'Bring Temporal back and send the request again; it is safe to repeat.',
  },
  TEMPORAL_NO_WORKER: {
    meaning: 'Temporal answered the gateway, but no worker did.',
    retryable: true,
    remedy: 'Check that workers run (npm run worker), then send the request again.',
  },
  TEMPORAL_CREDENTIALS_REFUSED: {
    meaning: 'Temporal refused the key or the certificate.',
    retryable: false,
    remedy: 'Correct TEMPORAL_API_KEY, the TLS files or TEMPORAL_NAMESPACE and restart.',
  },
  TEMPORAL_SEARCH_ATTRIBUTES_MISSING: {
    meaning:
      'The Temporal namespace lacks the search attributes of this service, or has them with another type.',
    retryable: true,
    remedy: 'Run npm run temporal:bootstrap, then send the request again.',
  },
  INVALID_INPUT: {
    meaning: 'A request, or the argument of a run, is malformed.',
    retryable: false,
    remedy: 'Correct the request as the message says and send it again.',
  },
  NOT_FOUND: {
    meaning: 'There is no such call or path.',
    retryable: false,
    remedy: 'Check the path and the callSid.',
  },
  CALL_NOT_OPENED: {
    meaning: 'The call was submitted, and no worker has opened it yet.',
    retryable: true,
    remedy: 'Ask again shortly; if it stays so, check that workers run (npm run worker).',
  },
  CALL_CONFLICT: {
    meaning: 'This callSid is known with another recordgroup or recordid.',
    retryable: false,
    remedy: 'Cancel a parked run with a wrong recordgroup first, then submit the call again.',
  },
  CALL_IN_PROGRESS: {
    meaning: 'The call is being processed, so there is nothing to reprocess yet.',
    retryable: false,
    remedy: 'Wait until the call is COMPLETED or FAILED, then ask for reprocessing again.',
  },
  CALL_ROW_MISSING: {
    meaning: 'The row of the call vanished from the database while its run went on.',
    retryable: false,
    remedy: 'Cancel the run and submit the call again.',
  },
  STEP_SUPERSEDED: {
    meaning: 'A later run or attempt has taken this call over, and this one wrote nothing.',
    retryable: false,
    remedy: 'Nothing is to be done.',
  },
  TIMEOUT: {
    meaning: 'The step gave no answer in all the time it has.',
    retryable: false,
    remedy:
      'Check that workers are running and that the systems it needs are up, then send the signal reprocess.',
  },
  WORKER_CRASHED: {
    meaning: 'Workers died or lost touch five times while they ran this step.',
    retryable: false,
    remedy: 'Look at the logs and the memory of the workers before sending the signal reprocess.',
  },
  CANCELLED: {
    meaning: 'The run was cancelled by an operator.',
    retryable: false,
    remedy: 'Submit the call again, or ask the gateway to reprocess it.',
  },
  REPROCESS_WINDOW_EXPIRED: {
    meaning: 'Nobody reprocessed the parked call within REPROCESS_WINDOW, so its run was closed.',
    retryable: false,
    remedy: 'Correct the cause, then ask the gateway to reprocess it.',
  },
  INTERNAL_ERROR: {
    meaning:
      'The service met an error that it has no code for, or the database refused what it wrote. This is a defect.',
    retryable: true,
    remedy: 'Report it as a defect, with the callSid, then send the signal reprocess.',
  },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Tells whether a text (for instance the type of a Temporal failure) is one of our codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERROR_CODES, text);
}
