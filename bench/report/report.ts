/** One figure of the bench. */
export type Line = {
  readonly what: string;
  readonly measured: string;
  /** What it should be; left out where nothing was set. */
  readonly goal?: string;
};

/** What one row of the bench found. */
export type Report = {
  /** How to get it again: what is typed after `npm run bench -- `. */
  readonly command: string;
  readonly lines: readonly Line[];
  /** What one has to know to read the figures. */
  readonly notes: readonly string[];
};

/** The reports as one table in Markdown, with what is needed to read it below. */
export function tableOf(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ lines, command }) =>
    lines.map(({ what, measured, goal = '' }) => [what, measured, goal, `\`${command}\``]),
  );
  const all = [['what', 'measured', 'to reach', 'command'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const notes = reports.flatMap((report) => report.notes.map((note) => `- ${note}`));
  return [line(head), rule, ...body.map(line), ...(notes.length === 0 ? [] : ['', ...notes])].join(
    '\n',
  );
}
