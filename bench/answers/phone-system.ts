import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import type { PhoneSystem } from '../../src/clients/phone-system/client.ts';
import { numberOf } from './callers.ts';
import { recordingOf } from './recording.ts';

const SECONDS = 1;

/** A phone system that answers at once, with the same recording for every call. */
export function answeringPhoneSystem(): PhoneSystem {
  const audio = recordingOf(SECONDS);
  const sha256 = createHash('sha256').update(audio).digest('hex');
  return {
    async fetchRecording({ callSid }, receive) {
      const received = await receive(Readable.from([audio], { objectMode: false }));
      const metadata = {
        snumber: numberOf(callSid),
        cnumber: '+442079460000',
        dnumber: null,
        calleridInternal: null,
        startedAt: new Date(1_764_000_000_000),
        mimeType: 'audio/wav',
      };
      return { metadata, sizeBytes: audio.length, sha256, integrity: null, received };
    },
  };
}
