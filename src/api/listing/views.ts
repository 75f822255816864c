import { z } from 'zod';

import type { CallFilter } from '../../domain/call-filter.ts';
import { ERROR_CODES, isErrorCode } from '../../domain/error-codes.ts';
import { isStep, type Step } from '../../domain/names.ts';
import type {
  CallPage,
  FailureGroup,
  ListedCall,
} from '../../repositories/listing/listing-repository.ts';
import { toCursor } from './cursor.ts';
import type { CallsReply, FailuresReply } from './replies.ts';

/** The reply with part of a list of calls. */
export function toCallsReply({ calls, next }: CallPage, filter: CallFilter): CallsReply {
  return {
    calls: calls.map(toListedCall),
    nextCursor: next === null ? null : toCursor(next, filter),
  };
}

function toListedCall(call: ListedCall): CallsReply['calls'][number] {
  const { company, digest, failedStep, failureCode, hits } = call;
  return {
    callSid: call.callSid,
    status: call.callStatus,
    outcome: call.outcome,
    startTime: call.startTime.toISOString(),
    recordedAt: call.recordedAt?.toISOString() ?? null,
    recordingSeconds: call.recordingSeconds?.toNumber() ?? null,
    externalPhoneNumber: call.externalPhoneNumber,
    direction: call.direction,
    companyMatch: call.companyMatch,
    company: company && { connectwiseId: company.connectwiseId, name: company.name },
    summary: summaryOf(call),
    category: digest?.category ?? null,
    priority: digest?.priority ?? null,
    sentiment: digest?.sentiment ?? null,
    followUp: digest?.followUp ?? null,
    failure:
      failedStep === null || failureCode === null ? null : { step: failedStep, code: failureCode },
    waiting: waitingOf(call),
    hits: hits && hits.map(({ in: place, pieces }) => ({ in: place, pieces: [...pieces] })),
    links: { self: `/calls/${encodeURIComponent(call.callSid)}` },
  };
}

const summarized = z.object({ summary: z.string() });

// About a line of a list.
const SUMMARY_CHARACTERS = 160;

function summaryOf({ currentAnalysis }: ListedCall): string | null {
  const read = summarized.safeParse(currentAnalysis?.data);
  if (!read.success) return null;
  // By characters, not halves of them.
  const characters = Array.from(read.data.summary);
  return characters.length <= SUMMARY_CHARACTERS
    ? read.data.summary
    : `${characters.slice(0, SUMMARY_CHARACTERS - 1).join('')}…`;
}

function waitingOf(call: ListedCall): CallsReply['calls'][number]['waiting'] {
  const { waitingStep: step, waitingCode: code, waitingSince, waitingNextAt } = call;
  if (step === null || code === null || waitingSince === null) return null;
  return {
    step,
    code,
    since: waitingSince.toISOString(),
    nextAttemptAt: waitingNextAt?.toISOString() ?? null,
  };
}

/** The reply with the failures, each with what the table of codes says about it. */
export function toFailuresReply(groups: readonly FailureGroup[]): FailuresReply {
  return {
    failures: groups.map(({ step, code, count, firstSeen, lastSeen }) => {
      const facts = isErrorCode(code) ? ERROR_CODES[code] : null;
      return {
        step,
        code,
        count,
        firstSeen: firstSeen.toISOString(),
        lastSeen: lastSeen.toISOString(),
        meaning: facts?.meaning ?? null,
        remedy: facts?.remedy ?? null,
        links: { calls: facts !== null && isStep(step) ? toCallsLink(step, code) : null },
      };
    }),
  };
}

function toCallsLink(failedStep: Step, failureCode: string): string {
  return `/calls?${new URLSearchParams({ status: 'FAILED', failedStep, failureCode }).toString()}`;
}
