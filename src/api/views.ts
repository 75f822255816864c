import { z } from 'zod';

import type { processingLog, Transcript } from '../generated/prisma/client.ts';
import type { CallCost } from '../domain/call-cost.ts';
import type { CallStatus } from '../domain/call.ts';
import { talkOf } from '../domain/talk.ts';
import { renderTurns, toTurns, type TurnRules } from '../domain/turns.ts';
import { leftOutCounts, transcriptSegments } from '../domain/transcript.ts';
import { isErrorCode } from '../domain/error-codes.ts';
import { explainCall } from '../domain/explanation.ts';
import { isStep } from '../domain/names.ts';
import type { CallWithDetails } from '../repositories/call-repository.ts';
import type { CallState } from './call-state.ts';
import {
  companyRef,
  type CallReply,
  type LogReply,
  type RunReply,
  type TranscriptReply,
} from './schemas.ts';

/** Builds the links that a reply gives to clients and people. */
export type LinkBuilder = ReturnType<typeof createLinkBuilder>;

/** `temporalUiUrl` is the Web UI's address without a trailing slash; `null` leaves the link out. */
export function createLinkBuilder(temporalUiUrl: string | null, namespace: string) {
  return (callSid: string, runId: string): RunReply['links'] => {
    const self = `/calls/${encodeURIComponent(callSid)}`;
    const run = [namespace, 'workflows', callSid, runId].map(encodeURIComponent).join('/');
    return {
      self,
      temporal: temporalUiUrl === null ? null : `${temporalUiUrl}/namespaces/${run}`,
      reprocess: `${self}/reprocess`,
    };
  };
}

/** The reply to starting or reprocessing a call. */
export function toRunReply(
  callSid: string,
  run: { readonly runId: string; readonly status: CallStatus },
  linksOf: LinkBuilder,
): RunReply {
  const { runId, status } = run;
  return { callSid, workflowId: callSid, runId, status, links: linksOf(callSid, runId) };
}

/** The reply about a call; `cost` is `null` while nothing has been used. */
export function toCallReply(
  call: CallWithDetails,
  { state, cost }: { readonly state: CallState; readonly cost: CallCost | null },
  { linksOf, callerChannel }: { readonly linksOf: LinkBuilder; readonly callerChannel: number },
): CallReply {
  const { company, currentAnalysis } = call;
  return {
    callSid: call.callSid,
    status: state.status,
    outcome: call.outcome,
    explanation: explain(call, state),
    startTime: call.startTime.toISOString(),
    endTime: call.endTime?.toISOString() ?? null,
    duration: call.duration,
    recordedAt: call.recordedAt?.toISOString() ?? null,
    recordingSeconds: call.recordingSeconds?.toNumber() ?? null,
    recordingUrl: call.recordingUrl,
    talk: talkOf(call, callerChannel),
    integrity: call.integrity,
    externalPhoneNumber: call.externalPhoneNumber,
    direction: call.direction,
    companyMatch: call.companyMatch,
    company: company && { connectwiseId: company.connectwiseId, name: company.name },
    companyCandidates: companyRefs.catch([]).parse(call.companyCandidates),
    failure: state.failure,
    waiting: state.waiting && {
      ...state.waiting,
      since: state.waiting.since.toISOString(),
      nextAttemptAt: state.waiting.nextAttemptAt?.toISOString() ?? null,
    },
    analysis: currentAnalysis?.data ?? null,
    cost,
    links: linksOf(call.callSid, call.runId),
  };
}

function explain(call: CallWithDetails, state: CallState): string {
  const { status, failure, waiting, running, temporalFailure, isRunClosed } = state;
  return explainCall({
    status,
    outcome: call.outcome,
    companyMatch: call.companyMatch,
    companyName: call.company?.name ?? null,
    hasNumber: call.externalPhoneNumber !== null,
    failure:
      failure !== null && isStep(failure.step) && isErrorCode(failure.code)
        ? { step: failure.step, code: failure.code, message: failure.message }
        : null,
    waiting,
    running,
    temporalFailure,
    isRunClosed,
  });
}

/** None in rows that are older than the column. */
const companyRefs = z.array(companyRef);

/** The reply with the log of a call. */
export function toLogReply(rows: readonly processingLog[]): LogReply {
  return {
    entries: rows.map(({ createdAt, step, event, status, message, attempt, actor }) => ({
      at: createdAt.toISOString(),
      step,
      event,
      status,
      message,
      attempt,
      actor,
    })),
  };
}

/** The reply with what was said. The direction of the call, as known today, tells who the speakers are. */
export function toTranscriptReply(transcript: Transcript, rules: TurnRules): TranscriptReply {
  const { segments: stored, languageCode, recognition } = transcript;
  const segments = transcriptSegments.parse(stored);
  const turns = toTurns(segments, rules);
  const leftOut = leftOutCounts.nullable().parse(transcript.leftOut);
  return { text: renderTurns(turns), turns, segments, languageCode, recognition, leftOut };
}
