import type { SeedResult } from './run-seed.ts';

/** A summary of a seed in one line. */
export function summaryOf({
  seed,
  calls,
  deeds,
  speech,
  model,
  violations,
  seconds,
}: SeedResult): string {
  const kills = Object.entries(deeds)
    .filter(([kind]) => kind.startsWith('kill'))
    .map(([kind, count]) => `${count} ${kind.slice('kill'.length)}`);
  const count = (kind: string) => deeds[kind] ?? 0;
  return [
    `seed ${seed}: ${calls} calls`,
    `kills ${kills.join(' ')}`,
    `${count('fault')} faults, ${count('cutLinks')} cuts`,
    `${count('signal') + count('reprocess')} reprocesses, ${count('cancel')} cancels`,
    `${speech.operations} speech operations for ${speech.submissions} submissions`,
    `${model.requests} model requests for ${model.analyses} analyses`,
    `${violations.length} violations`,
    `${seconds} s`,
  ].join(' · ');
}
