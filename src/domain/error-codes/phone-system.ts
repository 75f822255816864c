import type { CodeFacts } from './code-facts.ts';

/** How fetching a recording from the phone system can fail, and what can be wrong with the recording. */
export const PHONE_SYSTEM_CODES = {
  PHONE_SYSTEM_UNAVAILABLE: {
    meaning:
      'The phone system did not answer, its answer broke off, it reported an error of its own, or a web page came in its place.',
    retryable: true,
    remedy:
      'Wait until the phone system answers again, then send the signal reprocess. If it does answer, check PHONE_SYSTEM_URL.',
  },
  PHONE_SYSTEM_RATE_LIMITED: {
    meaning: 'The phone system received too many requests.',
    retryable: true,
    remedy: 'Wait until the phone system accepts requests again, then send the signal reprocess.',
  },
  PHONE_SYSTEM_CREDENTIALS_REFUSED: {
    meaning:
      'The phone system refused the user name or the password, or the user lacks the role or the rate plan for recordings.',
    retryable: false,
    remedy:
      'Correct PHONE_SYSTEM_USERNAME and PHONE_SYSTEM_PASSWORD, or the rights of that user, restart the workers, then send the signal reprocess.',
  },
  PHONE_SYSTEM_BAD_REQUEST: {
    meaning: 'The phone system refused the request as malformed.',
    retryable: false,
    remedy:
      'Check PHONE_SYSTEM_URL, restart the workers, then send the signal reprocess. To correct the recordgroup or recordid, cancel the run and submit the call again.',
  },
  PHONE_SYSTEM_REPLY_INVALID: {
    meaning:
      'The phone system answered in a form this service does not know, or with a redirect, which is not followed.',
    retryable: false,
    remedy:
      'Check PHONE_SYSTEM_URL, the version of the phone system and any proxy in front of it, restart the workers, then send the signal reprocess.',
  },
  RECORDING_NOT_FOUND: {
    meaning:
      'The phone system has no such recording, or the recordgroup is wrong: its answer is the same.',
    retryable: false,
    remedy:
      'Look for the recording in the phone system; if it is there, send the signal reprocess. To try another recordgroup, cancel the run and submit the call again.',
  },
  RECORDING_NOT_THERE_YET: {
    meaning:
      'The phone system does not have the recording yet, or is still writing it. It is asked for 15 minutes.',
    retryable: true,
    remedy: 'Send the signal reprocess once the recording is there.',
  },
  RECORDING_CORRUPT: {
    meaning:
      'The recording arrived damaged: its hash, its size or its base64 is wrong, or it is shorter than its own header says.',
    retryable: true,
    remedy:
      'Check the recording in the phone system, then send the signal reprocess. If the very same bytes came three times, the phone system describes its recordings wrongly: set RECORDING_INTEGRITY=warn to archive them, and restart the workers.',
  },
  RECORDING_UNREADABLE: {
    meaning:
      'The phone system sent something other than usable audio: an empty file, a file of another kind, or one without samples.',
    retryable: false,
    remedy: 'Check the recording in the phone system, then send the signal reprocess.',
  },
  RECORDING_TOO_LARGE: {
    meaning: 'The recording exceeds RECORDING_MAX_BYTES.',
    retryable: false,
    remedy: 'Raise RECORDING_MAX_BYTES, restart the workers, then send the signal reprocess.',
  },
} as const satisfies Record<string, CodeFacts>;
