import { createAnalyzeTranscript, type AnalyzeTranscriptDeps } from './steps/analyze-transcript.ts';
import { createArchiveRecording, type ArchiveRecordingDeps } from './steps/archive-recording.ts';
import { createMatchCompany, type MatchCompanyDeps } from './steps/match-company.ts';
import { createOpenCall, type OpenCallDeps } from './steps/open-call.ts';
import { createRecordFailure } from './steps/record-failure.ts';
import { createRecordReprocess } from './steps/record-reprocess.ts';
import {
  createTranscribeRecording,
  type TranscribeRecordingDeps,
} from './steps/transcribe-recording.ts';

export type ActivitiesDeps = OpenCallDeps &
  ArchiveRecordingDeps &
  TranscribeRecordingDeps &
  MatchCompanyDeps &
  AnalyzeTranscriptDeps;

export type Activities = ReturnType<typeof createActivities>;

/** The activities of a call, under the names by which Temporal knows them. */
export function createActivities(deps: ActivitiesDeps) {
  return {
    openCall: createOpenCall(deps),
    archiveRecording: createArchiveRecording(deps),
    transcribeRecording: createTranscribeRecording(deps),
    matchCompany: createMatchCompany(deps),
    analyzeTranscript: createAnalyzeTranscript(deps),
    recordFailure: createRecordFailure(deps),
    recordReprocess: createRecordReprocess(deps),
  };
}
