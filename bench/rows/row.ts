import type { Ground } from '../ground/ground.ts';
import type { Report } from '../report/report.ts';

/** How much is measured. */
type Amount = {
  /** How often each contestant takes its turn. */
  readonly rounds: number;
  /** The calls of one turn; `null`: as many as the row itself finds right. */
  readonly calls: number | null;
};

/** Something that the bench measures. */
export type Row = {
  readonly name: string;
  readonly does: string;
  /** It takes minutes, so it is measured only when it is named. */
  readonly onlyByName?: true;
  measure(ground: Ground, amount: Amount): Promise<Report>;
};
