import { randomUUID } from 'node:crypto';

import { createSpeech } from '../../src/clients/speech/client.ts';
import type { SpeechProvider } from '../../src/clients/speech-provider/client.ts';
import { count } from '../ground/probe.ts';
import type { AnsweringStore } from './recording-store.ts';

/** Two utterances inside the first second, each with its words, as Google writes a result file. */
const RESULT = JSON.stringify({
  results: [
    utterance(1, 'The printer on the second floor has stopped', 0.02),
    utterance(2, 'I will send somebody this afternoon', 0.3),
  ],
  metadata: { totalBilledDuration: '2s' },
});

/**
 * Google's Speech-to-Text that transcribes at once, or after `outsideMs`. How it plans requests and reads results is the
 * real client's work. Counts what it is asked.
 */
export function answeringSpeech(store: AnsweringStore, outsideMs: number): SpeechProvider {
  const real = createSpeech({
    projectId: 'bench',
    location: 'eu',
    model: 'auto',
    languageCodes: ['en-GB'],
    phrases: [],
    apiEndpoint: null,
  });
  const operations = new Map<string, { readonly endsAt: number; readonly resultUri: string }>();
  return {
    ...real,
    provider: 'google',
    async submit({ outputPrefix }) {
      count('speech.submit');
      const operation = `projects/bench/locations/eu/operations/${randomUUID()}`;
      const endsAt = Date.now() + outsideMs;
      operations.set(operation, { endsAt, resultUri: `${outputPrefix}result.json` });
      return operation;
    },
    async findOperation() {
      count('speech.list');
      return null;
    },
    async poll(name) {
      count('speech.poll');
      const operation = operations.get(name);
      if (operation === undefined) throw new Error(`Nobody submitted ${name}.`);
      if (Date.now() < operation.endsAt) return { state: 'RUNNING', progressPercent: null };
      const { resultUri } = operation;
      store.put(resultUri, RESULT);
      operations.delete(name);
      return { state: 'DONE', resultUri };
    },
  };
}

function utterance(channelTag: number, transcript: string, startSeconds: number) {
  const words = transcript.split(' ').map((word, index) => ({
    word,
    startOffset: `${(startSeconds + index * 0.02).toFixed(3)}s`,
    endOffset: `${(startSeconds + index * 0.02 + 0.02).toFixed(3)}s`,
  }));
  return {
    alternatives: [{ transcript, words }],
    channelTag,
    resultEndOffset: words.at(-1)?.endOffset,
    languageCode: 'en-gb',
  };
}
