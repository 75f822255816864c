import type { KeepReply, KeptReply } from '../../clients/shared/kept-reply.ts';
import { compareShapes, type Difference } from './differences.ts';
import { collectShapes, type KnownShapes } from './known-shapes.ts';

/** The replies that a trial has seen, and how they differ from what we believe. */
export function createObserved(known: KnownShapes) {
  const replies: (KeptReply & { readonly system: string })[] = [];

  return {
    keepFor(system: string): KeepReply {
      return (kept) => void replies.push({ system, ...kept });
    },

    differencesOf(system: string): Difference[] {
      const found = collectShapes(replies.filter((each) => each.system === system))[system] ?? {};
      return Object.entries(found).flatMap(([operation, shape]) => {
        const expected = known[system]?.[operation] ?? {};
        const reads = replies.find(
          (each) => each.system === system && each.operation === operation,
        )?.reads;
        return compareShapes({ system, operation }, { expected, found: shape }, reads ?? []);
      });
    },
  };
}

export type Observed = ReturnType<typeof createObserved>;
