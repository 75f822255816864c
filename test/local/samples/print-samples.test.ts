// Guarantees that what somebody has to read to mend a failed call is printed whole.
import assert from 'node:assert/strict';

import { entryLine } from '../../../local/samples/print-samples.ts';
import type { LogEntry } from '../../../local/samples/gateway-client.ts';
import type { Sample } from '../../../local/samples/sample.ts';

const SAMPLE: Sample = {
  title: 'A dental practice cannot print',
  callRecordingId: '1772443820.1041',
  recordgroup: '1',
  recordid: '1',
  expect: { status: 'COMPLETED' },
  hasWords: true,
};
// Longer than any terminal is wide; what to do comes last.
const REASON = `The language model refused the key. ${'Its reply says nothing more. '.repeat(20)}Correct LLM_API_KEY.`;

function entry(status: LogEntry['status'], message: string): LogEntry {
  const event = status === 'LOG_ERROR' ? 'ANALYSIS_FAILED' : 'COMPANY_MATCHED';
  return { at: '2026-11-30T12:00:00.000Z', event, status, message } as LogEntry;
}

describe('a line of a sample call', () => {
  it('has the whole reason of a step that failed', () => {
    const line = entryLine(1, SAMPLE, entry('LOG_ERROR', REASON), 1_000) ?? '';
    assert.ok(line.includes(`analysis failed: ${REASON}`), line);
  });
});
