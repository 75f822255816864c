import type { Call, processingLog } from '../../../src/generated/prisma/client.ts';
import type { LogEvent } from '../../../src/domain/log-events.ts';
import { NOTHING_WAITS } from '../../../src/domain/waiting.ts';

// The rows of a healthy observation.

export const AT = new Date('2026-01-05T09:00:00Z');
export const NO_TIME = { createdAt: AT, updatedAt: AT };
export const PROMPT = {
  model: 'model',
  promptVersion: '1',
  inputTokens: 1,
  outputTokens: 1,
  chunkInputTokens: 0,
  chunkOutputTokens: 0,
};

export const ANALYZED = '1740000000.1';
export const PARKED = '1740000001.2';

export function idOf(callSid: string): string {
  return `id of ${callSid}`;
}

export function runIdOf(callSid: string): string {
  return `run of ${callSid}`;
}

export function call(callSid: string, status: Partial<Call>): Call {
  const nothing = {
    endTime: null,
    duration: null,
    outcome: null,
    callAnalysisId: null,
    failedStep: null,
    failureCode: null,
    failureMessage: null,
    failedAt: null,
    ...NOTHING_WAITS,
    archiveRunId: null,
    recordedAt: null,
    recordingSeconds: null,
    mimeType: null,
    audioCodec: null,
    audioChannels: null,
    sampleRateHertz: null,
    sizeBytes: null,
    snumber: null,
    cnumber: null,
    dnumber: null,
    calleridInternal: null,
    speechSubmissionId: null,
    speechSubmissionProvider: null,
    speechSubmissionRunId: null,
    speechSubmissionSha256: null,
    speechOperation: null,
    speechRecognition: null,
    placeNote: null,
    bitsPerSample: null,
    externalPhoneNumber: null,
    direction: null,
    matchRunId: null,
    lookupTurn: null,
    companyCandidates: null,
    recordingGeneration: null,
    envelopeUri: null,
    envelopeGeneration: null,
    heardSha256: null,
    heardSeconds: null,
    heard: null,
  };
  return {
    ...nothing,
    ...NO_TIME,
    id: idOf(callSid),
    callSid,
    callStatus: 'PROCESSING',
    startTime: AT,
    recordgroup: '100',
    recordid: '1',
    runId: runIdOf(callSid),
    transition: 1n,
    integrity: null,
    recordingUrl: `gs://bucket/call-recordings/${callSid}.wav`,
    sha256: `hash of ${callSid}`,
    companyMatch: 'MATCHED',
    companyId: 'company',
    ...status,
  };
}

export function log(callSid: string, activityId: number, event: LogEvent): processingLog {
  return {
    ...NO_TIME,
    id: `${event} of ${callSid}`,
    callId: idOf(callSid),
    companyId: null,
    status: 'LOG_INFO',
    message: 'A sentence.',
    event,
    step: 'a step',
    code: null,
    attempt: 0,
    runId: runIdOf(callSid),
    activityId: String(activityId),
    actor: null,
    transactionId: 1n,
  };
}

export function failure(callSid: string, activityId: number, event: LogEvent, attempt: number) {
  const code = 'MODEL_CREDENTIALS_REFUSED';
  return { ...log(callSid, activityId, event), status: 'LOG_ERROR', code, attempt } as const;
}

/** The rows of the steps that both calls have done. */
export function common(callSid: string): processingLog[] {
  return [
    log(callSid, 1, 'JOB_STARTED'),
    log(callSid, 2, 'FETCH_SUCCESS'),
    log(callSid, 2, 'UPLOAD_SUCCESS'),
    log(callSid, 3, 'TRANSCRIPTION_SUCCESS'),
    log(callSid, 4, 'COMPANY_IDENTIFIED'),
  ];
}
