import { randomInt } from 'node:crypto';

import type { CallKey } from '../../src/domain/call.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** The ConnectWise company that every caller works for. */
export const COMPANY = { id: 9_001, name: 'Zanzibar Provisions Ltd' } as const;

/** A word of every call, and the name of its speaker. */
export const SPOKEN_WORD = 'marmalade';
export const SPEAKER = 'Featherstonehaugh';

/** Every caller's number: Sheffield's range for fiction, valid to libphonenumber. */
const NUMBER_STEM = '114496';
export const CALLER_NUMBERS = new RegExp(`${NUMBER_STEM}0\\d{3}`);
const NUMBERS = 1_000;

/** The MSP's own number, in the sandbox's environment. */
const OWN_NUMBER = '+442079460000';

export type Recording = CallKey & {
  /** Of the audio at its source, hex. */
  readonly sha256: string;
};

export type RecordingMaker = ReturnType<typeof createRecordingMaker>;

/**
 * Makes recordings that the sandbox can tell apart, whatever part of a call a request carries: each
 * has its own id, number (up to a thousand, then they repeat), words and audio. All callers work for
 * one company, which is new to the database.
 */
export function createRecordingMaker(sandbox: () => SandboxClient) {
  // In 2025: a recording that old and missing is missing for good, where a fresh one may still come.
  const firstSecond = 1_740_000_000 + randomInt(10_000_000);
  const made: Recording[] = [];
  let count = 0;

  async function addCaller(number: string, index: number): Promise<void> {
    const contact = {
      id: 100_000 + index,
      firstName: 'Henrietta',
      lastName: SPEAKER,
      company: { id: COMPANY.id },
      communicationItems: [{ value: number }],
    };
    const company = { id: COMPANY.id, identifier: 'Zanzibar', name: COMPANY.name };
    await sandbox().addConnectWise({ companies: [company], contacts: [contact] });
  }

  return {
    /** Everything that was added, in the order in which the sandbox took it. */
    made: made as readonly Recording[],

    /**
     * Adds a recording; `more` overrules its parts (see the sandbox's README). A recording with
     * metadata of its own brings no caller into ConnectWise.
     */
    async add(more: Readonly<Record<string, unknown>> = {}): Promise<Recording> {
      const index = count;
      count += 1;
      const second = firstSecond + index;
      const given = more['callRecordingId'];
      const callSid = typeof given === 'string' ? given : `${second}.${index}`;
      const key = { callSid, recordgroup: '100', recordid: String(500_000 + index) };
      const number = `+44${NUMBER_STEM}${String(index % NUMBERS).padStart(4, '0')}`;
      if (index < NUMBERS && !('metadata' in more)) await addCaller(number, index);
      const { sha256 } = (await sandbox().addRecording({
        callRecordingId: callSid,
        recordgroup: key.recordgroup,
        recordid: key.recordid,
        // A length of its own (in samples of 1/8000 s) gives each audio a hash of its own.
        audio: { generate: { kind: 'noise', seconds: 1 + index / 8_000 } },
        metadata: { snumber: number, cnumber: OWN_NUMBER },
        transcript: `This is Ms ${SPEAKER}. There is ${SPOKEN_WORD} in the printer, ticket ${second} ${index} please.`,
        ...more,
      })) as { sha256: string };
      const recording = { ...key, sha256 };
      made.push(recording);
      return recording;
    },
  };
}
