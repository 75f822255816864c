import { toCallCost, type Prices } from '../domain/call-cost.ts';
import type { RedoStep } from '../domain/names.ts';
import { toReceipt } from '../domain/reprocess-receipt.ts';
import type { CallWithWork } from '../repositories/stored-work-repository.ts';
import type { DryRunReply } from './bulk-schemas.ts';
import { planByRow } from './reprocess-plan.ts';

/** What a reprocess of these calls costs if every step that is paid again costs what it did last time. */
export function estimate(
  calls: readonly CallWithWork[],
  from: RedoStep | undefined,
  prices: Prices,
): DryRunReply['cost'] {
  const sum = { speechSeconds: 0, inputTokens: 0, outputTokens: 0 };
  let unknownCalls = 0;
  for (const call of calls) {
    const lines = toReceipt(call.work, planByRow(call, from).plan);
    const paid = lines.filter(({ pays }) => pays === 'yes');
    if (paid.some(({ lastPaid }) => lastPaid === null || lastPaid.speechSeconds === null)) {
      unknownCalls += 1;
    }
    for (const { lastPaid, kept } of paid) {
      if (lastPaid === null) continue;
      sum.speechSeconds += (lastPaid.speechSeconds ?? 0) - (kept?.speechSeconds ?? 0);
      sum.inputTokens += lastPaid.inputTokens - (kept?.inputTokens ?? 0);
      sum.outputTokens += lastPaid.outputTokens - (kept?.outputTokens ?? 0);
    }
  }
  return { ...toCallCost({ ...sum, estimated: true }, prices), unknownCalls };
}
