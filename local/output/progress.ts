import type { Report } from '../tools/tool.ts';
import { column, fit, lineWidth, paint, seconds } from './style.ts';

const NAME_WIDTH = 14;

// Without a terminal, lines cannot be rewritten: one every ten seconds shows that work continues.
const PLAIN_EVERY_MS = 10_000;

export type Progress = {
  /** Runs one step of the startup, then writes a line: what was started, and how long it took. */
  step<T>(name: string, work: (report: Report) => Promise<[T, string]>): Promise<T>;
  /** Writes a separate line between those of the steps. */
  note(text: string): void;
};

/** Shows the startup as it happens. Long work reports its progress on one line, which a terminal rewrites. */
export function createProgress(): Progress {
  let hasOpenLine = false;
  const write = (line: string) => {
    // Clears the progress line of long work.
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
