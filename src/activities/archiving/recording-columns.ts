import { Prisma, type Call } from '../../generated/prisma/client.ts';
import type { AudioFacts } from '../../audio/inspect-audio.ts';
import type { RecordingMetadata } from '../../clients/phone-system/client.ts';
import { recordedAtOf } from '../../domain/call.ts';
import type { CallColumns } from '../../repositories/call-writes.ts';
import type { HeardColumns } from '../hearing/keep-envelope.ts';
import type { CopiedRecording } from './copy-recording.ts';

/** What the call's row holds about its archived recording. */
export function toRecordingColumns(
  call: Call,
  { object, facts, metadata, sizeBytes, sha256, integrity }: CopiedRecording,
  heard: HeardColumns,
): CallColumns {
  return {
    recordingUrl: object.uri,
    recordingGeneration: object.generation,
    archiveRunId: call.runId,
    sizeBytes,
    sha256,
    integrity,
    ...fromAudio(facts),
    ...heard,
    // A header may claim any length; what was heard is there.
    recordingSeconds: heard.heardSeconds ?? facts.durationSeconds,
    ...fromMetadata(metadata, call.callSid),
    ...(hasOtherNumbers(call, metadata) ? NO_MATCH : {}),
  };
}

function fromAudio(facts: AudioFacts) {
  return {
    mimeType: facts.mimeType,
    audioCodec: facts.codec,
    bitsPerSample: facts.bitsPerSample,
    audioChannels: facts.channels,
    sampleRateHertz: facts.sampleRateHertz,
  };
}

function fromMetadata(metadata: RecordingMetadata, callSid: string) {
  return {
    recordedAt: metadata.startedAt ?? recordedAtOf(callSid),
    snumber: metadata.snumber,
    cnumber: metadata.cnumber,
    dnumber: metadata.dnumber,
    calleridInternal: metadata.calleridInternal,
  };
}

/**
 * A match made from other numbers no longer holds. It is cleared here, because the run may end
 * before it comes to redo the match.
 */
const NO_MATCH = {
  externalPhoneNumber: null,
  direction: null,
  companyMatch: null,
  companyId: null,
  companyCandidates: Prisma.DbNull,
  matchRunId: null,
} as const;

function hasOtherNumbers(call: Call, metadata: RecordingMetadata): boolean {
  return (['snumber', 'cnumber', 'dnumber', 'calleridInternal'] as const).some(
    (column) => call[column] !== metadata[column],
  );
}
