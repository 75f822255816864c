import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** The text in colour if standard output is a terminal that supports it, otherwise plain. */
export function paint(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** Shortens a text to a width; an ellipsis marks the cut. */
export function fit(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
}

/** `fit`, then padded with spaces to the width of a column. */
export function column(text: string, width: number): string {
  return fit(text, width).padEnd(width);
}

/** The width to write in. Long lines are hard to read, so a wide terminal is not filled. */
export function lineWidth(): number {
  // 100 columns if there is no terminal, as in a log file.
  return Math.min(process.stdout.columns || 100, 120);
}

/** "0.8 s": how long something took. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
