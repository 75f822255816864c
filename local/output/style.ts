import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Words in colour where standard output is a terminal that shows them, else plain. */
export function paint(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** Cuts a text to a width, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
}

/** `fit`, filled up with spaces: a column. */
export function column(text: string, width: number): string {
  return fit(text, width).padEnd(width);
}

/** The width to write in; people read long lines badly, so a wide terminal is not used up. */
export function lineWidth(): number {
  // 100 columns where there is no terminal, as in a log file.
  return Math.min(process.stdout.columns || 100, 120);
}

/** "0.8 s": how long something took. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
