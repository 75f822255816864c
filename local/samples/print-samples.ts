import type { LogEntry } from './gateway-client.ts';
import type { SampleResult } from './follow-sample.ts';
import type { Sample } from './sample.ts';
import { column, fit, lineWidth, paint, seconds } from '../output/style.ts';

const TITLE_WIDTH = 34;

/** Entries that only say that something else, which is shown, has begun or been written down. */
const UNTOLD = new Set(['JOB_STARTED', 'FETCH_SUCCESS', 'ANALYSIS_SAVED']);

/** Shorter words for what every call goes through; the others are the event's own. */
const WORDS: Readonly<Record<string, string>> = {
  UPLOAD_SUCCESS: 'archived',
  TRANSCRIPTION_SUCCESS: 'transcribed',
  ANALYSIS_SUCCESS: 'analysed',
  JOB_COMPLETED: 'completed',
  JOB_FAILED: 'failed',
};

/** A line of the log as it happens; `null` for one that would only repeat another. */
export function entryLine(
  number: number,
  sample: Sample,
  entry: LogEntry,
  sinceStartMs: number,
): string | null {
  if (UNTOLD.has(entry.event)) return null;
  const text = WORDS[entry.event] ?? entry.event.toLowerCase().replaceAll('_', ' ');
  const isError = entry.status === 'LOG_ERROR';
  const start = `  ${seconds(sinceStartMs).padStart(7)}  ${String(number).padStart(2)}  ${column(sample.title, TITLE_WIDTH)}  `;
  const rest = fit(isError ? `${text}: ${entry.message}` : text, lineWidth() - start.length);
  const color = isError ? 'red' : entry.event === 'JOB_COMPLETED' ? 'green' : null;
  return start + (color === null ? rest : paint(color, rest));
}

/**
 * What came of a sample: its title, status and company, beneath its id and what it was about, and in
 * the gateway's own words what is out of the ordinary.
 */
export function resultLines(
  number: number,
  result: SampleResult,
  deviations: readonly string[],
): string[] {
  const { sample, call, isNew } = result;
  const width = lineWidth();
  const status = call?.status ?? 'NOT FOUND';
  const color = status === 'COMPLETED' ? 'green' : status === 'FAILED' ? 'red' : 'yellow';
  const titleWidth = width - 6 - 12 - 36;
  const lines = [
    `  ${String(number).padStart(2)}  ${paint('bold', column(sample.title, titleWidth))}  ${paint(color, column(status, 10))}  ${fit(companyOf(result), 34)}`,
  ];
  const about = `${isNew ? '' : '(from an earlier run) '}${aboutOf(result)}`;
  const start = `      ${sample.callRecordingId}  `;
  lines.push(paint('dim', start + fit(about, width - start.length)));
  if (call !== null && isUnusual(call)) lines.push(`      ${call.explanation}`);
  if (call?.failure) {
    lines.push(
      `      ${paint('red', `given up at ${call.failure.step}: ${call.failure.code}`)}`,
      `      reprocess it:  npm run temporal -- workflow signal -w ${sample.callRecordingId} --name reprocess`,
    );
  }
  if (deviations.length > 0) {
    lines.push(`      ${paint('red', `not as it should be: ${deviations.join('; ')}`)}`);
  }
  return lines;
}

function companyOf({ call }: SampleResult): string {
  if (call === null) return '';
  if (call.company !== null) return call.company.name;
  const words: Record<string, string> = {
    AMBIGUOUS: 'several companies share the number',
    UNKNOWN: 'unknown caller',
    WITHHELD: 'number withheld',
    INTERNAL: 'internal call',
  };
  return words[call.companyMatch ?? ''] ?? '';
}

function isUnusual(call: NonNullable<SampleResult['call']>): boolean {
  return call.companyMatch !== 'MATCHED' || call.outcome !== 'ANALYZED';
}

/** The first sentence of the analysis, or what there is instead. */
function aboutOf({ call }: SampleResult): string {
  const summary = (call?.analysis as { summary?: unknown } | null | undefined)?.summary;
  if (typeof summary === 'string') return summary;
  return call === null ? 'no row in the database' : 'no analysis';
}
