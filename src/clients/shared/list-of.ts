import { z } from 'zod';

/**
 * A list whose check ends at the first wrong element. `z.array` collects every fault, and a reply can
 * hold millions of them: their list takes far more memory than the reply.
 */
export function listOf<T>(element: z.ZodType<T>, maxLength: number): z.ZodType<T[]> {
  return z
    .array(z.unknown())
    .max(maxLength)
    .transform((items, context) => {
      const list: T[] = [];
      for (const [index, item] of items.entries()) {
        const parsed = element.safeParse(item);
        if (!parsed.success) {
          const [issue] = parsed.error.issues;
          const path = [index, ...(issue?.path ?? [])];
          context.addIssue({ code: 'custom', message: issue?.message ?? 'is wrong', path });
          return z.NEVER;
        }
        list.push(parsed.data);
      }
      return list;
    });
}
