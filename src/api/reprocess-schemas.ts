import { z } from 'zod';

import { REDO_STEPS, STEPS } from '../domain/names.ts';
import { cost, redoStep } from './schemas.ts';

export const receiptQuery = z.strictObject({ from: redoStep.optional() });

const runs = z.enum(['yes', 'no', 'ifContentChanged']);

export const receiptReply = z
  .strictObject({
    from: z
      .enum(STEPS)
      .describe('Where the reprocess would begin: the step asked for, else the one that failed.'),
    steps: z.array(
      z.strictObject({
        step: z.enum(REDO_STEPS),
        runs: runs.describe(
          'Whether the step does its work again. `ifContentChanged`: if what it works on has become another.',
        ),
        pays: runs.describe(
          'Whether that is paid for. What a provider has accepted already is waited for, not paid again.',
        ),
        lastPaid: cost
          .nullable()
          .describe(
            'What its last result was made with; null without one, and for steps that nobody is paid for.',
          ),
        kept: cost.nullable().describe('What was paid before and is used again.'),
      }),
    ),
  })
  .meta({ id: 'Receipt', description: 'What a reprocess would do and pay again.' });

export type ReceiptReply = z.infer<typeof receiptReply>;
