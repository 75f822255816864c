import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { addListedCall, ANALYSIS } from '../api/listed-calls.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';

export const lead = makeKey('lead', 'calls:read', 'calls:reprocess', 'admin');
export const dispatcher = makeKey('dispatcher', 'calls:read');
export const starter = makeKey('phone-adapter', 'calls:start');

const MARKUP = '<img src=x onerror=alert(1)>"\'';
const DISGUISE = 'gnp\u202eexe\u2066';
const HOSTILE = `${MARKUP} & ${DISGUISE}`;

/** How a page has to show the markup, and the characters that reorder text, which stand wherever text of the call 1.1 can. */
export const SHOWN = '&lt;img src=x onerror=alert(1)&gt;&quot;&#39; &amp; gnp[U+202E]exe[U+2066]';

const at = (time: string) => new Date(`2026-11-30T${time}:00Z`);

/** A gateway with three keys and without Temporal, the completed call 1.1 and the failed call 1.2. */
export async function startKeyedGateway() {
  const stack = new AsyncDisposableStack();
  const testDatabase = stack.adopt(await createTestDatabase(), (made) => made.drop());
  const database = stack.adopt(createDatabase({ url: testDatabase.url, poolSize: 1 }), (opened) =>
    opened.close(),
  );
  await addCalls(database);
  const API_KEYS = [lead, dispatcher, starter].map(({ entry }) => entry).join(',');
  const { url } = stack.adopt(
    await startOwnGateway(testDatabase.url, { API_KEYS, FAILED_KEYS_PER_MINUTE: '0' }),
    (started) => started.remove(),
  );
  return { url, database, stop: () => stack.disposeAsync() };
}

async function addCalls(database: Database): Promise<void> {
  await addListedCall(database, {
    callSid: '1.1',
    startTime: at('08:00'),
    company: { connectwiseId: '1', name: HOSTILE },
    text: HOSTILE,
    analysis: {
      ...ANALYSIS,
      summary: HOSTILE,
      reasonForCall: HOSTILE,
      callerName: HOSTILE,
      quotes: [HOSTILE],
      actions: [{ description: HOSTILE, owner: 'agent', due: HOSTILE }],
    },
  });
  await database.prisma.transcript.updateMany({
    data: {
      segments: [
        { speaker: null, channel: null, startSeconds: 61.5, endSeconds: 63, text: HOSTILE },
      ],
    },
  });
  await addListedCall(database, {
    callSid: '1.2',
    startTime: at('09:00'),
    text: 'The scanner sends nothing at all.',
    row: {
      callStatus: 'FAILED',
      failedStep: 'analyzeTranscript',
      failureCode: 'MODEL_CREDENTIALS_REFUSED',
      failureMessage: 'The key was refused.',
      failedAt: at('09:01'),
      outcome: null,
    },
    analysis: null,
  });
}
