/** The severity of a log row. */
export type LogStatus = 'LOG_INFO' | 'LOG_ERROR' | 'LOG_SUCCESS';

/**
 * What a row of the processing log can report, and how severe that is. An attempt that was
 * interrupted, or that looked for a recording too early, is no error, whatever its event says here.
 */
export const LOG_STATUS = {
  JOB_STARTED: 'LOG_INFO',
  SKIPPED: 'LOG_INFO',
  FETCH_SUCCESS: 'LOG_INFO',
  FETCH_FAILED: 'LOG_ERROR',
  UPLOAD_SUCCESS: 'LOG_INFO',
  UPLOAD_FAILED: 'LOG_ERROR',
  OLD_RECORDING_KEPT: 'LOG_INFO',
  RECORDING_NOT_HEARD: 'LOG_INFO',
  TRANSCRIPTION_SUCCESS: 'LOG_INFO',
  TRANSCRIPTION_FAILED: 'LOG_ERROR',
  COMPANY_IDENTIFIED: 'LOG_SUCCESS',
  COMPANY_NOT_FOUND: 'LOG_INFO',
  COMPANY_AMBIGUOUS: 'LOG_INFO',
  COMPANY_LOOKUP_INCOMPLETE: 'LOG_ERROR',
  COMPANY_LOOKUP_FAILED: 'LOG_ERROR',
  CALLER_WITHHELD: 'LOG_INFO',
  CALL_INTERNAL: 'LOG_INFO',
  NO_SPEECH: 'LOG_INFO',
  ANALYSIS_SUCCESS: 'LOG_INFO',
  ANALYSIS_FAILED: 'LOG_ERROR',
  ANALYSIS_SAVED: 'LOG_SUCCESS',
  JOB_COMPLETED: 'LOG_SUCCESS',
  JOB_FAILED: 'LOG_ERROR',
  REPROCESS_REQUESTED: 'LOG_INFO',
} as const satisfies Readonly<Record<string, LogStatus>>;

export type LogEvent = keyof typeof LOG_STATUS;
