import { ANALYZED, PARKED } from '../healthy-rows.ts';
import { logOf, rowOf, runOf, theOnly, type Spoiler } from './spoiler.ts';

// What lies outside the database, was paid, or must not be seen.

export const OUTSIDE_SPOILERS: readonly Spoiler[] = [
  [
    'I6',
    'a lost recording',
    ANALYZED,
    (it) => {
      it.sandbox.objects.shift();
    },
  ],
  [
    'I6',
    'two recordings of one call',
    ANALYZED,
    (it) => {
      it.sandbox.objects.push({
        name: `call-recordings/${ANALYZED}.mp3`,
        sha256: `hash of ${ANALYZED}`,
      });
    },
  ],
  [
    'I6',
    'a damaged recording',
    ANALYZED,
    (it) => {
      theOnly(it.sandbox.objects, ({ name }) => name.includes(ANALYZED)).sha256 = 'damaged';
    },
  ],
  [
    'I6',
    'a row that has another hash',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).sha256 = 'damaged';
    },
  ],
  [
    'I7',
    'a transcription paid for twice',
    ANALYZED,
    (it) => {
      it.sandbox.operations.push({
        ...theOnly(it.sandbox.operations, (o) => o.callSid === ANALYZED),
      });
    },
  ],
  [
    'I7',
    'a second submission that nobody asked for',
    ANALYZED,
    (it) => {
      it.sandbox.operations.push({
        name: 'another',
        callSid: ANALYZED,
        prefix: 'another',
        state: 'DONE',
      });
    },
  ],
  [
    'I7',
    'a language model asked more often than there were attempts',
    PARKED,
    (it) => {
      it.sandbox.hits[PARKED] = { 'languageModel.chat.completions': 2 };
    },
  ],
  [
    'I9',
    'a number in the history',
    ANALYZED,
    (it) => {
      runOf(it, ANALYZED).text += '{"snumber":"+441144960007"}';
    },
  ],
  [
    'I9',
    'a word of the call in a log row',
    ANALYZED,
    (it) => {
      logOf(it, ANALYZED, 'JOB_COMPLETED').message = 'There is marmalade in it.';
    },
  ],
  [
    'I9',
    'a company in a log line',
    null,
    (it) => {
      theOnly(it.texts, () => true).text += '{"company":"Zanzibar Provisions Ltd"}';
    },
  ],
  [
    'I9',
    'a secret in a log line',
    null,
    (it) => {
      theOnly(it.texts, () => true).text += 'sandbox-password';
    },
  ],
  [
    'I9',
    "a speaker's name in the failure message",
    PARKED,
    (it) => {
      rowOf(it, PARKED).failureMessage = 'Ms Featherstonehaugh hung up.';
    },
  ],
  [
    'I10',
    'a session idle in transaction',
    null,
    (it) => {
      theOnly(it.sessions.idle, () => true).longestMs = 1_001;
    },
  ],
  [
    'I10',
    'sessions that nobody looked at',
    null,
    (it) => {
      it.sessions.samples = 0;
    },
  ],
];
