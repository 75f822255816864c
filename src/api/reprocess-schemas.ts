import { z } from 'zod';

import { REDO_STEPS, STEPS } from '../domain/names.ts';
import { cost } from './schemas.ts';

export const redoStep = z.enum(REDO_STEPS, `must be one of ${REDO_STEPS.join(', ')}`);

export const receiptQuery = z.strictObject({ from: redoStep.optional() });

const runs = z.enum(['yes', 'no', 'ifContentChanged']);

export const receiptReply = z.object({
  /** Where the reprocess would begin: the step asked for, else the one that failed. */
  from: z.enum(STEPS),
  steps: z.array(
    z.object({
      step: z.enum(REDO_STEPS),
      /** Whether the step does its work again. `ifContentChanged`: if what it works on has become another. */
      runs,
      /** Whether that is paid for. What a provider has accepted already is waited for, not paid again. */
      pays: runs,
      /** What its last result was made with; null without one, and for steps that nobody is paid for. */
      lastPaid: cost.nullable(),
      /** What was paid before and is used again. */
      kept: cost.nullable(),
    }),
  ),
});

export type ReceiptReply = z.infer<typeof receiptReply>;
