import type { CallKey } from '../../domain/call.ts';
import type { Trials, TrialRecording } from '../../clients/trial/trials.ts';
import { isReady, lineOf, summaryOf } from '../report.ts';
import { runChecks, type Result } from '../run-checks.ts';
import { sentenceOf, type Difference } from './differences.ts';
import { readKnownShapes } from './known-shapes.ts';
import { createObserved } from './observed.ts';
import { createLiveSteps, fieldsOf, removalCheck } from './steps.ts';

type Input = {
  readonly trials: Trials;
  readonly recording: TrialRecording | null;
  readonly callKey: CallKey | null;
  readonly cost: string;
  readonly asJson: boolean;
};

/**
 * Sends the recording through the outside systems, prints what became of each step and each
 * difference in a line, and deletes what was written, also once `stop` is aborted. Resolves with
 * whether calls can be expected to work: no step failed, and no field differs that the service reads.
 */
export async function runLive(input: Input, stop: AbortSignal): Promise<boolean> {
  const observed = createObserved(readKnownShapes());
  const { steps, systems } = createLiveSteps(input.trials, observed, input);
  const removals = input.recording === null ? [] : [removalCheck(input.trials)];
  const width = Math.max(...[...steps, ...removals].map(({ name }) => name.length));
  const print = (line: string): void => {
    if (!input.asJson) console.log(line);
  };

  const results: Result[] = [];
  const differences: Difference[] = [];
  for (const [index, running] of runChecks(steps, stop).entries()) {
    const result = await running;
    results.push(result);
    print(lineOf(result, width));
    const step = steps[index];
    const system = step === undefined ? undefined : systems.get(step);
    const own = system === undefined ? [] : observed.differencesOf(system);
    for (const each of own) print(differenceLine(result.name, each));
    differences.push(...own);
  }
  // Whatever became of the others, and also after Ctrl-C.
  for (const running of runChecks(removals, new AbortController().signal)) {
    const result = await running;
    results.push(result);
    print(lineOf(result, width));
  }

  const ready = isReady(results) && differences.every(({ isRead }) => !isRead);
  if (input.asJson) {
    const { cost } = input;
    console.log(JSON.stringify({ ready, cost, checks: results, differences }, null, 2));
  } else {
    print(`\n${summaryOf(results)} ${differencesOf(differences)}`);
  }
  return ready;
}

function differenceLine(name: string, difference: Difference): string {
  const word = difference.isRead ? 'DIFFERS' : 'differs';
  return `${word}  ${name}: ${difference.operation}: ${sentenceOf(difference)}`;
}

function differencesOf(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'No reply differs from what we know.';
  const read = differences.filter(({ isRead }) => isRead).length;
  return `The replies differ from what we know in ${fieldsOf(differences.length)}, of which the service reads ${read}.`;
}
