import type { Lane } from './lanes.ts';
import type { TestEvent } from './test-event.ts';

// Long enough not to fill a log, short enough not to look stuck.
const SILENT_AT_MOST_MS = 15_000;

type CurrentFile = {
  readonly file: string;
  readonly begunMs: number;
  passed: number;
  failed: number;
  skipped: number;
};

/**
 * Prints how the tests come along: a line for each finished file, one for each failure, and, while
 * nothing finishes, one that says what is being run. With `everyTest`, a line for each test instead.
 */
export function createProgress(fileCount: number, everyTest: boolean) {
  const begunMs = performance.now();
  const current = new Map<Lane, CurrentFile>();
  let finished = 0;
  let passed = 0;
  let lastLineMs = begunMs;

  function write(line: string): void {
    lastLineMs = performance.now();
    console.log(line);
  }

  function finish(lane: Lane): void {
    const done = current.get(lane);
    if (done === undefined) return;
    current.delete(lane);
    finished += 1;
    if (everyTest) return;
    const counts = [
      `${done.passed} passed`,
      ...(done.failed === 0 ? [] : [`${done.failed} failed`]),
      ...(done.skipped === 0 ? [] : [`${done.skipped} skipped`]),
    ].join(', ');
    const mark = done.failed === 0 ? '✔' : '✘';
    const width = String(fileCount).length;
    write(
      `[${String(finished).padStart(width)}/${fileCount}] ${mark} ${done.file}  ${counts}  ${seconds(done.begunMs)}`,
    );
  }

  const timer = setInterval(() => {
    if (performance.now() - lastLineMs < SILENT_AT_MOST_MS) return;
    const files = [...current.values()].map(({ file }) => file);
    const now = files.length === 0 ? 'loading tests' : `running ${files.join(', ')}`;
    write(`… ${seconds(begunMs)}, ${passed} passed, ${now}`);
  }, 1_000);

  return {
    onLine: write,
    onEvent(lane: Lane, event: TestEvent): void {
      const file = current.get(lane);
      switch (event.kind) {
        case 'file':
          finish(lane);
          current.set(lane, {
            file: event.file,
            begunMs: performance.now(),
            passed: 0,
            failed: 0,
            skipped: 0,
          });
          break;
        case 'passed':
          passed += 1;
          if (file !== undefined) file.passed += 1;
          if (everyTest) write(`  ✔ ${event.title} (${Math.round(event.ms)} ms)`);
          break;
        case 'skipped':
          if (file !== undefined) file.skipped += 1;
          if (everyTest) write(`  - ${event.title}`);
          break;
        case 'failed':
          if (file !== undefined) file.failed += 1;
          write(`  ✘ ${event.title}`);
          break;
        case 'end':
          finish(lane);
          break;
      }
    },
    /** To be called when all lanes are over. */
    close: () => clearInterval(timer),
  };
}

/** `12.3 s`: how long ago that was. */
function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
