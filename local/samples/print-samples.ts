import type { LogEntry } from './gateway-client.ts';
import type { SampleResult } from './follow-sample.ts';
import type { Sample } from './sample.ts';
import { column, fit, lineWidth, paint, seconds } from '../output/style.ts';

const TITLE_WIDTH = 34;

/** Events that would only repeat what the line of another event shows. */
const HIDDEN_EVENTS = new Set(['JOB_STARTED', 'FETCH_SUCCESS', 'ANALYSIS_SAVED']);

/** Shorter words for the events of every call; the others are shown by their own names. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  UPLOAD_SUCCESS: 'archived',
  TRANSCRIPTION_SUCCESS: 'transcribed',
  ANALYSIS_SUCCESS: 'analysed',
  JOB_COMPLETED: 'completed',
  JOB_FAILED: 'failed',
};

/** The line for a new entry of the log; `null` for one that would only repeat another. */
export function entryLine(
  number: number,
  sample: Sample,
  entry: LogEntry,
  sinceStartMs: number,
): string | null {
  if (HIDDEN_EVENTS.has(entry.event)) return null;
  const text = SHORT_NAMES[entry.event] ?? entry.event.toLowerCase().replaceAll('_', ' ');
  const isError = entry.status === 'LOG_ERROR';
  const start = `  ${seconds(sinceStartMs).padStart(7)}  ${String(number).padStart(2)}  ${column(sample.title, TITLE_WIDTH)}  `;
  // Whoever has to mend the cause needs all of it, on several lines if need be.
  const rest = isError ? `${text}: ${entry.message}` : fit(text, lineWidth() - start.length);
  const color = isError ? 'red' : entry.event === 'JOB_COMPLETED' ? 'green' : null;
  return start + (color === null ? rest : paint(color, rest));
}

/**
 * The result of a sample: its title, status and company, then its id and summary, then the gateway's
 * explanation if the result is unusual.
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
  const about = `${isNew ? '' : '(from an earlier run) '}${summaryOf(result)}`;
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
    lines.push(`      ${paint('red', `not as expected: ${deviations.join('; ')}`)}`);
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

/** The summary of the analysis, or why there is none. */
function summaryOf({ call }: SampleResult): string {
  const summary = (call?.analysis as { summary?: unknown } | null | undefined)?.summary;
  if (typeof summary === 'string') return summary;
  return call === null ? 'no row in the database' : 'no analysis';
}
