import { spawn } from 'node:child_process';

import type { Report } from './tool.ts';

/**
 * Runs a program that prints nothing for a long time, and reports every second how long it has been
 * running. Rejects with the last line that it wrote to its error output.
 */
export async function runReporting(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  doing: string,
  report: Report,
): Promise<void> {
  report(doing);
  const started = Date.now();
  const timer = setInterval(
    () => report(`${doing}, ${Math.round((Date.now() - started) / 1000)} s`),
    1000,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Error(error.code === 'ENOENT' ? `there is no ${command}` : error.message)),
      );
      child.once('close', (code) =>
        code === 0
          ? resolve()
          : reject(new Error(lastLine(errors) || `${command} ended with ${code}`)),
      );
    });
  } finally {
    clearInterval(timer);
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => /^error/i.test(line)) ?? lines.findLast(Boolean) ?? '';
}
