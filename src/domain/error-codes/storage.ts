import type { CodeFacts } from './code-facts.ts';

/** How archiving and reading in Cloud Storage can fail. */
export const STORAGE_CODES = {
  STORAGE_UNAVAILABLE: {
    meaning:
      'Cloud Storage did not answer, its answer broke off, it reported an error of its own, or something else answered in its place.',
    retryable: true,
    remedy: 'Wait until Cloud Storage answers again, then send the signal reprocess.',
    requestRemedy: 'Wait until Cloud Storage answers again, then send the request again.',
  },
  STORAGE_RATE_LIMITED: {
    meaning: 'Cloud Storage received too many requests, or a quota of the project is used up.',
    retryable: true,
    remedy: 'Wait until Cloud Storage accepts requests again, then send the signal reprocess.',
    requestRemedy: 'Wait until Cloud Storage accepts requests again, then send the request again.',
  },
  STORAGE_PAYMENT_REQUIRED: {
    meaning:
      'Cloud Storage refused the request because the billing of the project that owns the bucket is switched off.',
    retryable: true,
    remedy:
      'Enable billing for the Google Cloud project that owns the bucket, then send the signal reprocess.',
    requestRemedy:
      'Enable billing for the Google Cloud project that owns the bucket, then send the request again.',
  },
  STORAGE_CREDENTIALS_REFUSED: {
    meaning: 'Cloud Storage refused the service account, or there are no Google credentials.',
    retryable: false,
    remedy:
      'Set up application default credentials for the workers if they have none, or give the service account the role Storage Object User on the bucket. Then send the signal reprocess.',
    requestRemedy:
      'Set up application default credentials for the gateway if it has none, or give its service account the role Storage Object Viewer on the bucket.',
  },
  STORAGE_BUCKET_NOT_FOUND: {
    meaning: 'Cloud Storage has no bucket of the name in RECORDINGS_BUCKET.',
    retryable: false,
    remedy:
      'Create the bucket, or correct RECORDINGS_BUCKET and restart the workers. Then send the signal reprocess.',
  },
  STORAGE_OBJECT_CONFLICT: {
    meaning:
      "Another recording already exists under this call's name in the bucket. Neither was changed.",
    retryable: false,
    remedy: 'Compare the two recordings, move the stored one away, then send the signal reprocess.',
  },
  STORAGE_OBJECT_PROTECTED: {
    meaning:
      'A retention policy or a hold keeps an object in the bucket, and the recording could not be stored under another name either.',
    retryable: false,
    remedy:
      'Look at the retention policy and the holds of the bucket: new objects must be allowed in the folder call-recordings. Then send the signal reprocess.',
  },
  STORAGE_OBJECT_MISSING: {
    meaning: 'The archived recording or its transcript file no longer exists in the bucket.',
    retryable: false,
    remedy: 'Send the signal reprocess with {"from":"archiveRecording"}.',
    requestRemedy:
      'Ask for a reprocess from archiveRecording: if the phone system still has the recording, it is archived again.',
  },
  STORAGE_OBJECT_TOO_LARGE: {
    meaning:
      'An object that is read as a whole, such as a transcript file, is larger than this service accepts.',
    retryable: false,
    remedy: 'Look at the object in the bucket and report it.',
  },
  STORAGE_BAD_REQUEST: {
    meaning: 'Cloud Storage refused the request as malformed.',
    retryable: false,
    remedy: 'Check RECORDINGS_BUCKET, restart the workers, then send the signal reprocess.',
    requestRemedy: 'Check RECORDINGS_BUCKET and restart the gateway.',
  },
  STORAGE_CHECKSUM_MISMATCH: {
    meaning:
      'What Cloud Storage received differs from what was sent. The damaged object was removed.',
    retryable: true,
    remedy:
      'Look for a fault in the network between the workers and Cloud Storage, then send the signal reprocess.',
  },
} as const satisfies Record<string, CodeFacts>;
