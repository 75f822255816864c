import { defineQuery, defineSignal } from '@temporalio/workflow';

import type { StatusReport } from '../domain/call-run.ts';
import { REPROCESS_SIGNAL, STATUS_QUERY } from '../domain/names.ts';

/**
 * Releases every parked step; `{from}` naming a finished step begins again there. The payload is
 * whatever somebody's shell sent: no value of it may fail the workflow.
 */
export const reprocessSignal = defineSignal<[unknown?]>(REPROCESS_SIGNAL);

export const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);
