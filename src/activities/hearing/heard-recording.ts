import { z } from 'zod';

import type { Envelope } from '../../audio/ear/envelope.ts';

/** What the row says about a recording that was heard, beside its envelope. */
const heardFacts = z.object({
  damage: z.number(),
  samples: z.object({ sizeBytes: z.number(), headerClaimsFewer: z.boolean() }).nullable(),
});

/** A recording that was heard. */
export type HeardRecording = z.infer<typeof heardFacts> & { readonly envelope: Envelope };

/** The facts in a row; `null` when the recording could not be heard. */
export function readHeardFacts(heard: unknown): z.infer<typeof heardFacts> | null {
  return heardFacts.nullable().catch(null).parse(heard);
}
