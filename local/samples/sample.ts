import { z } from 'zod';

const sampleList = z.object({
  samples: z.array(
    z.object({
      title: z.string(),
      callRecordingId: z.string(),
      recordgroup: z.string(),
      recordid: z.string(),
      expect: z.object({
        status: z.enum(['COMPLETED', 'FAILED']),
        outcome: z.string().optional(),
        companyMatch: z.string().optional(),
        company: z.string().optional(),
        failedStep: z.string().optional(),
        failureCode: z.string().optional(),
      }),
      /** Whether the sandbox, which cannot recognise speech, knows what is said in it. */
      hasWords: z.boolean(),
    }),
  ),
  /** Why sample files could not be used, one sentence each. */
  problems: z.array(z.string()),
});

export type SampleList = z.infer<typeof sampleList>;
export type Sample = SampleList['samples'][number];

/** The sample calls that the sandbox knows, including those that the user has added. */
export async function readSamples(controlUrl: string): Promise<SampleList> {
  const response = await fetch(`${controlUrl}/samples`);
  return sampleList.parse(await response.json());
}
