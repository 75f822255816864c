/** The argument of the workflow that reprocesses many calls. Everything else about it is in the database. */
export type BulkReprocessInput = { readonly id: string };

const BULK_CALL_STATES = [
  'TO_DO',
  'CLAIMED',
  'REQUESTED',
  'AWAITED',
  'DONE',
  'FAILED_AGAIN',
  'MENDED',
  'STOPPED',
] as const;

/** How far a call of a bulk reprocess is; prisma/schema.prisma says what each state means. */
export type BulkCallState = (typeof BULK_CALL_STATES)[number];

/** In which of the counts each call is. They add up to the number of calls. */
type BulkOutcome = 'toDo' | 'done' | 'failedAgain' | 'mended' | 'stopped';

/** What has not ended counts as `toDo`. */
export const BULK_OUTCOMES = {
  TO_DO: 'toDo',
  CLAIMED: 'toDo',
  REQUESTED: 'toDo',
  AWAITED: 'toDo',
  DONE: 'done',
  FAILED_AGAIN: 'failedAgain',
  MENDED: 'mended',
  STOPPED: 'stopped',
} as const satisfies Record<BulkCallState, BulkOutcome>;

/** The workflow, as a type: the gateway starts it without loading it. */
export type BulkReprocessRun = (input: BulkReprocessInput) => Promise<void>;
