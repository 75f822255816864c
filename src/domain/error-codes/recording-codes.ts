import type { CodeFacts } from './code-facts.ts';

/** How fetching and archiving a recording can fail: the phone system, the audio itself, Cloud Storage. */
export const RECORDING_CODES = {
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
} as const satisfies Record<string, CodeFacts>;
