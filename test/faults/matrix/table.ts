import type { Verdict } from './judge.ts';

/** The verdicts as a Markdown table. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const names = Object.keys(verdicts[0]?.extra ?? {}) as (keyof Verdict['extra'])[];
  const rows = [
    ['step', 'killed', 'outcome', ...names.map(toWords)],
    ...verdicts.map(({ step, point, outcome, extra }) => [
      step,
      point,
      outcome,
      ...names.map((name) => String(extra[name])),
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = (widths ?? []).map((width) => '-'.repeat(width));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** `speechOperations` as `+speech operations`. */
function toWords(name: string): string {
  return `+${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}
