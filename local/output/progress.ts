import type { Report } from '../tools/tool.ts';
import { column, fit, lineWidth, paint, seconds } from './style.ts';

const NAME_WIDTH = 14;

// Where a line cannot be rewritten, every tenth second is enough to see that work goes on.
const PLAIN_EVERY_MS = 10_000;

export type Progress = {
  /** Runs a piece of the start and writes a line when it is ready: what it is, and how long it took. */
  step<T>(name: string, work: (report: Report) => Promise<[T, string]>): Promise<T>;
  /** Writes a line of its own between those of the steps. */
  note(text: string): void;
};

/** Shows the start as it happens; long work is told on one line that a terminal rewrites. */
export function createProgress(): Progress {
  let hasOpenLine = false;
  const write = (line: string) => {
    // Clears the line that long work has left open.
    if (hasOpenLine) process.stdout.write('\r\u001B[2K');
    hasOpenLine = false;
    process.stdout.write(`${line}\n`);
  };
  return {
    async step(name, work) {
      const started = Date.now();
      let lastPlain = -Infinity;
      const report: Report = (progress) => {
        const line = fit(`  ${name.padEnd(NAME_WIDTH)} ${progress} …`, lineWidth());
        if (process.stdout.isTTY) {
          process.stdout.write(`\r\u001B[2K${paint('dim', line)}`);
          hasOpenLine = true;
        } else if (Date.now() - lastPlain >= PLAIN_EVERY_MS) {
          lastPlain = Date.now();
          process.stdout.write(`${line}\n`);
        }
      };
      const [result, what] = await work(report);
      const took = seconds(Date.now() - started);
      write(`  ${paint('green', '✔')} ${column(name, NAME_WIDTH)} ${what}  ${paint('dim', took)}`);
      return result;
    },
    note: (text) => write(`  ${text}`),
  };
}
