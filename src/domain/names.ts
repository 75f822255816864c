/** The Temporal task queue that the gateway starts calls on and the worker polls, unless TASK_QUEUE names another. */
export const TASK_QUEUE = 'call-processing';

/** The workflow type, as operators type it into the Web UI and the `temporal` CLI. */
export const WORKFLOW_TYPE = 'CallProcessingWorkflow';

/** The signal that resumes a parked call, or makes a finished one begin again at a step. */
export const REPROCESS_SIGNAL = 'reprocess';

/** The query for the state of a run. */
export const STATUS_QUERY = 'status';

/** The query for what a run does again when it is reprocessed. */
export const PLAN_QUERY = 'plan';

/** The workflow type that reprocesses many calls. */
export const BULK_REPROCESS_WORKFLOW_TYPE = 'BulkReprocessWorkflow';

/** The workflow id of a reprocess of many calls. */
export function bulkReprocessIdOf(id: string): string {
  return `bulk-reprocess-${id}`;
}

/** The workflow type that keeps the phone numbers of ConnectWise's sites up to date. */
export const SITE_DIRECTORY_WORKFLOW_TYPE = 'SiteDirectoryWorkflow';

/** The id of its daily schedule; the workflow ids of its runs begin with it. */
export const SITE_DIRECTORY_ID = 'site-directory';

/** The id of the schedule whose walks go to this task queue: each queue has its own. */
export function siteDirectoryIdOf(taskQueue: string): string {
  return taskQueue === TASK_QUEUE ? SITE_DIRECTORY_ID : `${SITE_DIRECTORY_ID}-${taskQueue}`;
}

/** The query for the progress of a walk through the sites. */
export const WALK_QUERY = 'walk';

/** The steps of one call, in their order. Each is an activity of the same name. */
export const STEPS = [
  'openCall',
  'archiveRecording',
  'transcribeRecording',
  'matchCompany',
  'analyzeTranscript',
] as const;

export type Step = (typeof STEPS)[number];

/** Tells whether a text, for instance in an older row, names a step. */
export function isStep(text: string): text is Step {
  return STEPS.some((step) => step === text);
}

/** The steps that a `reprocess` may name. `openCall` begins every run anyway. */
export const REDO_STEPS = [
  'archiveRecording',
  'transcribeRecording',
  'matchCompany',
  'analyzeTranscript',
] as const satisfies readonly Step[];

export type RedoStep = (typeof REDO_STEPS)[number];

/** Tells whether a value names a step that a `reprocess` may begin at. */
export function isRedoStep(value: unknown): value is RedoStep {
  return REDO_STEPS.some((step) => step === value);
}

/** The search attributes (all Keyword) that operators filter the Web UI's list by. */
export const SEARCH_ATTRIBUTES = ['CallStatus', 'FailedStep', 'FailureCode', 'StartedBy'] as const;
