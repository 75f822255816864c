/** What a row of the processing log can report. */
export type LogEvent =
  | 'JOB_STARTED'
  | 'SKIPPED'
  | 'FETCH_SUCCESS'
  | 'FETCH_FAILED'
  | 'UPLOAD_SUCCESS'
  | 'UPLOAD_FAILED'
  | 'TRANSCRIPTION_SUCCESS'
  | 'TRANSCRIPTION_FAILED'
  | 'COMPANY_IDENTIFIED'
  | 'COMPANY_NOT_FOUND'
  | 'COMPANY_AMBIGUOUS'
  | 'COMPANY_LOOKUP_INCOMPLETE'
  | 'COMPANY_LOOKUP_FAILED'
  | 'CALLER_WITHHELD'
  | 'CALL_INTERNAL'
  | 'NO_SPEECH'
  | 'ANALYSIS_SUCCESS'
  | 'ANALYSIS_FAILED'
  | 'ANALYSIS_SAVED'
  | 'JOB_COMPLETED'
  | 'JOB_FAILED'
  | 'REPROCESS_REQUESTED';

/** The severity of a log row, in the seed's words. */
export type LogStatus = 'LOG_INFO' | 'LOG_ERROR' | 'LOG_SUCCESS';
