import { defineQuery, defineSignal } from '@temporalio/workflow';

import type { PlanReport, StatusReport } from '../domain/call-run.ts';
import { PLAN_QUERY, REPROCESS_SIGNAL, STATUS_QUERY } from '../domain/names.ts';

/**
 * Releases every parked step; with a `{from}` that names a finished step, the run starts again there.
 * The payload comes from people's shells, so no value of it may fail the workflow.
 */
export const reprocessSignal = defineSignal<[unknown?]>(REPROCESS_SIGNAL);

export const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);

export const planQuery = defineQuery<PlanReport>(PLAN_QUERY);

/** What the Web UI shows beside the signal's name, for an operator who sends it from there. */
export const REPROCESS_DESCRIPTION =
  'Resumes a failed call at the step that failed. Input (optional): {"from":"matchCompany","reason":"rights corrected"}, where from is one of archiveRecording, transcribeRecording, matchCompany, analyzeTranscript.';

export const STATUS_DESCRIPTION = 'How far each step has come, and what has failed and waits.';

export const PLAN_DESCRIPTION =
  'How far each step has come, and which steps must not reuse what earlier runs stored.';
