import { status } from '@grpc/grpc-js';

import { createSpeech, type Speech } from '../../../src/clients/speech/client.ts';
import { AUDIO, CONFIG, PREFIX, REQUEST } from '../../clients/speech/rig.ts';
import { responseOf, startSpeechServer, type Operation } from '../../clients/speech/support.ts';
import type { SpeechAnswer, SpeechPlace } from '../corpus/speech.ts';

// Long enough for every answer that does come, beside all other tests on a slow machine.
const SILENCE_MS = 1_500;
const never = new AbortController().signal;

const REQUESTS: Record<SpeechPlace, (speech: Speech) => Promise<unknown>> = {
  'audio is submitted': (speech) => speech.submit(REQUEST, never),
  'an operation is polled': (speech) => speech.poll('operations/1', never),
  'operations are listed': (speech) => speech.findOperation(PREFIX, never),
};

/**
 * Sends one request to a real gRPC server that gives this answer; rejects with the error that the
 * client throws. `onRequests` receives the number of requests that the server saw.
 */
export async function askSpeech(
  place: SpeechPlace,
  answer: SpeechAnswer,
  onRequests: (count: number) => void,
): Promise<void> {
  const given = () => toAnswer(answer);
  const server = await startSpeechServer({ submit: given, get: given, list: refusalOnly(given) });
  if (answer === 'refused') server.stop();
  const speech = createSpeech(
    {
      ...CONFIG,
      apiEndpoint: answer === 'unknown host' ? 'http://speech.invalid:80' : server.endpoint,
    },
    SILENCE_MS,
  );
  try {
    await REQUESTS[place](speech);
  } finally {
    onRequests(server.calls.length);
    await speech.close();
    server.stop();
  }
}

type End = Extract<
  SpeechAnswer,
  { ended: unknown } | { endedWith: unknown } | { fileEndedWith: unknown }
>;
type Given = Operation | { readonly status: status; readonly details?: string } | 'hang';

function toAnswer(answer: SpeechAnswer): Given {
  if (answer === 'silent') return 'hang';
  if (typeof answer === 'string') throw new Error('This server cannot be reached.');
  if ('status' in answer) return { ...answer, status: status[answer.status] };
  return { name: 'operations/1', done: true, ...endOf(answer) };
}

function endOf(answer: End): Operation {
  if ('endedWith' in answer) return { error: { code: status[answer.endedWith] } };
  if ('fileEndedWith' in answer) {
    return {
      response: responseOf({ [AUDIO.uri]: { error: { code: status[answer.fileEndedWith] } } }),
    };
  }
  switch (answer.ended) {
    case 'with nothing':
      return {};
    case 'with no result':
      return { response: responseOf({}) };
    case 'with a foreign result':
      return { response: responseOf({ [AUDIO.uri]: { uri: 'https://elsewhere.invalid/' } }) };
  }
}

/** The answer to a list request, which cannot be an operation. */
function refusalOnly(given: () => Given) {
  return () => {
    const answer = given();
    if (answer === 'hang' || 'status' in answer) return answer;
    throw new Error('A list can only be refused or left unanswered.');
  };
}
