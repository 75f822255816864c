import { defineQuery, defineSignal } from '@temporalio/workflow';

import type { StatusReport } from '../domain/call-run.ts';
import { REPROCESS_SIGNAL, STATUS_QUERY } from '../domain/names.ts';

/**
 * Releases every parked step; with a `{from}` that names a finished step, the run starts again there.
 * The payload comes from people's shells, so no value of it may fail the workflow.
 */
export const reprocessSignal = defineSignal<[unknown?]>(REPROCESS_SIGNAL);

export const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);
