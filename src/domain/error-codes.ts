type CodeFacts = {
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
    retryable: true,
    remedy: 'Wait until the phone system answers again, then send the signal reprocess.',
  },
  PHONE_SYSTEM_RATE_LIMITED: {
    retryable: true,
    remedy: 'Wait until the phone system accepts requests again, then send the signal reprocess.',
  },
  PHONE_SYSTEM_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy:
      'Correct PHONE_SYSTEM_USERNAME and PHONE_SYSTEM_PASSWORD, or the rights of that user, restart the workers, then send the signal reprocess.',
  },
  PHONE_SYSTEM_BAD_REQUEST: {
    retryable: false,
    remedy:
      'The phone system refused the request as malformed. Check PHONE_SYSTEM_URL and the recordgroup and recordid of the call.',
  },
  PHONE_SYSTEM_REPLY_INVALID: {
    retryable: false,
    remedy:
      'The phone system answered in a form this service does not know. Check PHONE_SYSTEM_URL and the version of the phone system.',
  },
  RECORDING_NOT_FOUND: {
    retryable: false,
    remedy:
      'The phone system has no such recording, or the recordgroup is wrong: it answers both alike. To try another recordgroup, cancel the run and submit the call again.',
  },
  RECORDING_NOT_THERE_YET: {
    retryable: true,
    remedy:
      'The recording did not appear in the phone system in time. Send the signal reprocess once it is there.',
  },
  RECORDING_CORRUPT: {
    retryable: true,
    remedy:
      'The recording arrived damaged three times (hash, size or base64). Check it in the phone system, then send the signal reprocess.',
  },
  RECORDING_UNREADABLE: {
    retryable: false,
    remedy:
      'What the phone system sent is not audio that can be used (a web page, an empty or a foreign file). Check the recording in the phone system.',
  },
  RECORDING_TOO_LARGE: {
    retryable: false,
    remedy:
      'The recording exceeds RECORDING_MAX_BYTES. Raise it and restart the workers, then send the signal reprocess.',
  },
  STORAGE_UNAVAILABLE: {
    retryable: true,
    remedy: 'Wait until Cloud Storage answers again, then send the signal reprocess.',
  },
  STORAGE_RATE_LIMITED: {
    retryable: true,
    remedy: 'Wait until Cloud Storage accepts requests again, then send the signal reprocess.',
  },
  STORAGE_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy:
      'Give the service account the role Storage Object User on the bucket, then send the signal reprocess.',
  },
  STORAGE_BUCKET_NOT_FOUND: {
    retryable: false,
    remedy:
      'Create the bucket or correct RECORDINGS_BUCKET and restart the workers, then send the signal reprocess.',
  },
  STORAGE_OBJECT_CONFLICT: {
    retryable: false,
    remedy:
      "Another recording already lies under this call's name in the bucket. Compare the two, move the stored one away, then send the signal reprocess.",
  },
  STORAGE_OBJECT_MISSING: {
    retryable: false,
    remedy:
      'The archived object is gone. Send the signal reprocess with {"from":"archiveRecording"}.',
  },
  STORAGE_OBJECT_TOO_LARGE: {
    retryable: false,
    remedy:
      'An object that is read whole, such as a transcript file, is larger than this service takes. Look at it in the bucket and report it.',
  },
  STORAGE_BAD_REQUEST: {
    retryable: false,
    remedy: 'Cloud Storage refused the request as malformed. Check RECORDINGS_BUCKET.',
  },
  STORAGE_CHECKSUM_MISMATCH: {
    retryable: true,
    remedy:
      'What Cloud Storage received differs from what was sent, repeatedly. Look for a broken network path, then send the signal reprocess.',
  },
  SPEECH_UNAVAILABLE: {
    retryable: true,
    remedy: 'Wait until Speech-to-Text answers again, then send the signal reprocess.',
  },
  SPEECH_QUOTA_EXCEEDED: {
    retryable: true,
    remedy: 'Raise the Speech-to-Text quota of the project, then send the signal reprocess.',
  },
  SPEECH_INVALID_ARGUMENT: {
    retryable: false,
    remedy:
      'Speech-to-Text refused the request. Check that SPEECH_LOCATION, SPEECH_MODEL and SPEECH_LANGUAGE_CODES fit each other, restart the workers, then send the signal reprocess.',
  },
  SPEECH_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy:
      'Give the service account the role Cloud Speech Client in GOOGLE_CLOUD_PROJECT, and the Speech service agent access to the bucket, then send the signal reprocess.',
  },
  SPEECH_AUDIO_NOT_FOUND: {
    retryable: false,
    remedy:
      'Speech-to-Text cannot find the archived audio or the project. Check RECORDINGS_BUCKET and GOOGLE_CLOUD_PROJECT; if the object is gone, send the signal reprocess with {"from":"archiveRecording"}.',
  },
  SPEECH_FILE_REFUSED: {
    retryable: false,
    remedy:
      'Speech-to-Text could not read the audio. Listen to the archived recording; if it is sound, send the signal reprocess.',
  },
  SPEECH_FILE_FAILED: {
    retryable: true,
    remedy:
      'Speech-to-Text failed on the audio for a reason of its own. Send the signal reprocess to submit it again.',
  },
  SPEECH_OPERATION_FAILED: {
    retryable: true,
    remedy:
      'Speech-to-Text ended the operation with an error of its own. Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_EMPTY: {
    retryable: true,
    remedy:
      'Speech-to-Text ended the operation with neither a response nor an error. Send the signal reprocess to submit the audio again.',
  },
  SPEECH_OPERATION_LOST: {
    retryable: true,
    remedy:
      'Speech-to-Text no longer knows the operation and left no result. Send the signal reprocess to submit the audio again.',
  },
  SPEECH_RESULT_MISSING: {
    retryable: true,
    remedy:
      'Speech-to-Text finished without a result. Send the signal reprocess to submit the audio again.',
  },
  SPEECH_RESULT_INVALID: {
    retryable: false,
    remedy:
      'The transcript file of Speech-to-Text has a form this service does not know. Report it; the file lies under transcripts/ in the bucket.',
  },
  CONNECTWISE_UNAVAILABLE: {
    retryable: true,
    remedy: 'Wait until ConnectWise answers again, then send the signal reprocess.',
  },
  CONNECTWISE_RATE_LIMITED: {
    retryable: true,
    remedy: 'Lower CONNECTWISE_REQUESTS_PER_MINUTE or wait, then send the signal reprocess.',
  },
  CONNECTWISE_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy:
      "Correct CONNECTWISE_URL, CONNECTWISE_COMPANY_ID, the keys or CONNECTWISE_CLIENT_ID, or the API member's rights, restart the workers, then send the signal reprocess.",
  },
  CONNECTWISE_BAD_REQUEST: {
    retryable: false,
    remedy: 'ConnectWise refused the query. Report it with the time of the failed attempt.',
  },
  CONNECTWISE_REPLY_INVALID: {
    retryable: false,
    remedy:
      'ConnectWise answered in a form this service does not know. Check CONNECTWISE_URL, then report it.',
  },
  MODEL_UNAVAILABLE: {
    retryable: true,
    remedy: 'Wait until the language model answers again, then send the signal reprocess.',
  },
  MODEL_RATE_LIMITED: {
    retryable: true,
    remedy: "Raise the language model's quota or wait, then send the signal reprocess.",
  },
  MODEL_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy: 'Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
  },
  MODEL_BAD_REQUEST: {
    retryable: false,
    remedy:
      'The language model refused the request. Check LLM_BASE_URL and LLM_MODEL, restart the workers, then send the signal reprocess.',
  },
  MODEL_TRANSCRIPT_TOO_LONG: {
    retryable: false,
    remedy:
      'The transcript exceeds what the model reads at once. Choose an LLM_MODEL with a longer context.',
  },
  MODEL_CONTENT_BLOCKED: {
    retryable: false,
    remedy:
      'The language model declined to analyse this call. Choose another LLM_MODEL, or leave the call as it is.',
  },
  MODEL_OUTPUT_TRUNCATED: {
    retryable: false,
    remedy:
      'The language model reached its token limit before the analysis was complete. Raise the limit of the server, or choose an LLM_MODEL with a longer one, restart the workers, then send the signal reprocess.',
  },
  MODEL_OUTPUT_INVALID: {
    retryable: false,
    remedy:
      'The language model did not give a usable analysis, even when told what was wrong. Send the signal reprocess, or choose another LLM_MODEL.',
  },
  DATABASE_UNAVAILABLE: {
    retryable: true,
    remedy: 'Bring PostgreSQL back, then send the signal reprocess.',
  },
  DATABASE_CONFLICT: {
    retryable: true,
    remedy: 'Two writers met in the database again and again. Send the signal reprocess.',
  },
  DATABASE_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy: 'Correct DATABASE_URL and restart, then send the signal reprocess.',
  },
  DATABASE_SCHEMA_OUTDATED: {
    retryable: true,
    remedy: 'Run npm run db:migrate, then send the signal reprocess.',
  },
  TEMPORAL_UNAVAILABLE: {
    retryable: true,
    remedy: 'Bring Temporal back and send the request again; it is safe to repeat.',
  },
  TEMPORAL_CREDENTIALS_REFUSED: {
    retryable: false,
    remedy: 'Correct TEMPORAL_API_KEY, the TLS files or TEMPORAL_NAMESPACE and restart.',
  },
  TEMPORAL_SEARCH_ATTRIBUTES_MISSING: {
    retryable: true,
    remedy: 'Run npm run temporal:bootstrap, then send the request again.',
  },
  INVALID_INPUT: {
    retryable: false,
    remedy: 'Correct the request as the message says and send it again.',
  },
  NOT_FOUND: { retryable: false, remedy: 'Check the path and the callSid.' },
  CALL_CONFLICT: {
    retryable: false,
    remedy:
      'This callSid is known with another recordgroup or recordid. Cancel a parked run with a wrong recordgroup first, then submit the call again.',
  },
  CALL_IN_PROGRESS: {
    retryable: false,
    remedy: 'Wait until the call is COMPLETED or FAILED, then ask for reprocessing again.',
  },
  CALL_ROW_MISSING: {
    retryable: false,
    remedy: 'Cancel the run and submit the call again.',
  },
  STEP_SUPERSEDED: {
    retryable: false,
    remedy:
      'A later run or attempt has taken this call over, and this one wrote nothing. Nothing is to be done.',
  },
  TIMEOUT: {
    retryable: false,
    remedy:
      'The step gave no answer in all the time it has. Check that workers are running and that the systems it needs are up, then send the signal reprocess.',
  },
  WORKER_CRASHED: {
    retryable: false,
    remedy:
      'Workers died or lost touch five times while they ran this step. Look at their logs and memory before sending the signal reprocess.',
  },
  CANCELLED: {
    retryable: false,
    remedy:
      'The run was cancelled by an operator. Submit the call again, or ask the gateway to reprocess it.',
  },
  REPROCESS_WINDOW_EXPIRED: {
    retryable: false,
    remedy:
      'Nobody reprocessed the call in time. Correct the cause, then ask the gateway to reprocess it.',
  },
  INTERNAL_ERROR: {
    retryable: true,
    remedy:
      'This is a defect of the service. Report it with the callSid, then send the signal reprocess.',
  },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Tells whether a text (for instance the type of a Temporal failure) is one of our codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERROR_CODES, text);
}
