import type { CallKey } from '../../src/domain/call.ts';

/** Has the sandbox at this address keep noise of so many bytes as the recording of a call. */
export async function addNoise(controlUrl: string, key: CallKey, sizeBytes: number): Promise<void> {
  const reply = await fetch(`${controlUrl}/recordings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      callRecordingId: key.callSid,
      recordgroup: key.recordgroup,
      recordid: key.recordid,
      words: [],
      audio: { generate: { kind: 'noise', sizeBytes } },
    }),
  });
  if (!reply.ok) throw new Error(`The sandbox refused the recording: ${await reply.text()}`);
}
