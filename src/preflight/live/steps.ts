import type { CallKey } from '../../domain/call.ts';
import type { Trials, TrialRecording } from '../../clients/trial/trials.ts';
import { toTurns, type Turn } from '../../domain/turns.ts';
import { fault, ok, warning, type Check, type Verdict } from '../check.ts';
import type { Observed } from './observed.ts';

/** Google takes up to some minutes for a short file; a loaded server of one's own as well. */
const TRANSCRIBE_WITHIN_MS = 15 * 60 * 1000;

/** Two requests of a small machine, of up to five minutes each. */
const ANALYZE_WITHIN_MS = 10 * 60 * 1000;

/** A recording of a few minutes, over a slow line. */
const TRANSFER_WITHIN_MS = 2 * 60 * 1000;

/** The recogniser may have to end first. */
const REMOVE_WITHIN_MS = 5 * 60 * 1000;

/** What a recording goes through, each step as a check. `recording` and `callKey`: `null` leaves out what needs it. */
export function createLiveSteps(
  trials: Trials,
  observed: Observed,
  {
    recording,
    callKey,
  }: { readonly recording: TrialRecording | null; readonly callKey: CallKey | null },
): { readonly steps: readonly Check[]; readonly systems: ReadonlyMap<Check, string> } {
  const systems = new Map<Check, string>();
  const step = (system: string, check: Omit<Check, 'name'>, name: string): Check => {
    const whole = { ...check, name };
    systems.set(whole, system);
    return whole;
  };
  const judge = (system: string, says: string): Verdict => {
    const differences = observed.differencesOf(system);
    if (differences.length === 0) return ok(`${says} Every reply has the form that we know.`);
    const read = differences.filter(({ isRead }) => isRead).length;
    return warning(
      `${says} Its replies differ from what we know in ${fieldsOf(differences.length)}, of which the service reads ${read}.`,
      'See the lines about it.',
    );
  };

  const phoneSystem = (key: CallKey): Check =>
    step(
      'phoneSystem',
      {
        withinMs: TRANSFER_WITHIN_MS,
        remedies: {
          RECORDING_NOT_FOUND: 'Check the three parts of --call: the ID, the GROUP and the RECORD.',
        },
        async run(signal) {
          const keep = observed.keepFor('phoneSystem');
          const { sizeBytes } = await trials.phoneSystem.ask(key, keep, signal);
          return judge('phoneSystem', `It sent a recording of ${sizeBytes} bytes.`);
        },
      },
      'phone system',
    );
  const ofRecording = (sent: TrialRecording): Check[] => {
    let uri = '';
    let turns: readonly Turn[] = [];
    const protection: Check = {
      name: 'bucket',
      async run(signal) {
        const state = await trials.bucket.protection(signal);
        return state === 'none'
          ? ok('Nothing keeps its objects from being deleted.')
          : fault(
              'It is not certain that the test objects could be deleted again, so none is written.',
              'Set RECORDINGS_BUCKET to a bucket without retention policy and holds for this trial, whose settings the credentials may see.',
            );
      },
    };
    const store = step(
      'storage',
      {
        needs: [protection],
        withinMs: TRANSFER_WITHIN_MS,
        async run(signal) {
          uri = await trials.store.upload(sent, observed.keepFor('storage'), signal);
          return judge('storage', 'The recording was uploaded, found and listed.');
        },
      },
      'recording store',
    );
    const { recogniser } = trials;
    const transcription = step(
      recogniser.name,
      {
        needs: [store],
        withinMs: TRANSCRIBE_WITHIN_MS,
        async run(signal) {
          const keep = observed.keepFor(recogniser.name);
          const segments = await recogniser.transcribe({ ...sent, uri }, keep, signal);
          turns = toTurns(segments, { direction: null, callerChannel: 1 });
          return segments.length === 0
            ? warning(
                'It heard no word in the recording.',
                'Use a recording in which somebody speaks, in a language of SPEECH_LANGUAGE_CODES.',
              )
            : judge(recogniser.name, `It heard ${segments.length} utterances.`);
        },
      },
      'recogniser',
    );
    const model = step(
      'languageModel',
      {
        needs: [transcription],
        withinMs: ANALYZE_WITHIN_MS,
        async run(signal) {
          const keep = observed.keepFor('languageModel');
          const { inputTokens, outputTokens } = await trials.model.analyze(turns, keep, signal);
          const says = `It analysed what was heard (${inputTokens} tokens read, ${outputTokens} written).`;
          return judge('languageModel', says);
        },
      },
      'language model',
    );
    return [protection, store, transcription, model];
  };
  const directory = step(
    'connectwise',
    {
      withinMs: 40_000,
      async run(signal) {
        await trials.directory.ask(observed.keepFor('connectwise'), signal);
        return judge('connectwise', 'It gave contacts, companies and sites.');
      },
    },
    'ConnectWise',
  );
  const steps = [
    ...(callKey === null ? [] : [phoneSystem(callKey)]),
    ...(recording === null ? [] : [...ofRecording(recording), directory]),
  ];
  return { steps, systems };
}

/** The last step, which is made whatever became of the others: deletes what they have written. */
export function removalCheck(trials: Trials): Check {
  return {
    name: 'test objects',
    withinMs: REMOVE_WITHIN_MS,
    async run(signal) {
      const { folderUri } = trials.store;
      const byHand = `Look into ${folderUri} in some minutes, and delete what is there by hand.`;
      const isOver = await trials.recogniser.isOver(signal);
      const end = await trials.store.removeAll(new AbortController().signal);
      if (!('removed' in end)) {
        return fault(`${end.told.replace(/\.$/, '')}; it is left in ${folderUri}.`, byHand);
      }
      return isOver
        ? ok(`Nothing is left of them (${end.removed} deleted).`)
        : fault('They are deleted, but the recogniser may still write its result.', byHand);
    },
  };
}

/** So many fields, in words. */
export function fieldsOf(count: number): string {
  return count === 1 ? 'one field' : `${count} fields`;
}
