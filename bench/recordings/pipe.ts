import { request } from 'undici';

import { recordingUrl } from '../../src/clients/phone-system/transport.ts';
import type { CallKey } from '../../src/domain/call.ts';
import { valueOf, type Environment } from './archive.ts';

/** Passes the phone system's answer on to the store as it is: nothing is decoded, checked or heard. */
export async function pipe(environment: Environment, key: CallKey): Promise<void> {
  const source = recordingUrl(
    {
      url: valueOf(environment, 'PHONE_SYSTEM_URL'),
      username: valueOf(environment, 'PHONE_SYSTEM_USERNAME'),
      password: valueOf(environment, 'PHONE_SYSTEM_PASSWORD'),
    },
    key,
  );
  const { body } = await request(source);
  const bucket = valueOf(environment, 'RECORDINGS_BUCKET');
  const target = new URL(
    `${valueOf(environment, 'STORAGE_API_ENDPOINT')}/upload/storage/v1/b/${bucket}/o`,
  );
  target.search = new URLSearchParams({
    uploadType: 'media',
    name: `piped/${key.callSid}-${Date.now()}`,
  }).toString();
  const stored = await request(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = await stored.body.text();
  if (stored.statusCode !== 200) throw new Error(`The store refused the pipe: ${answer}`);
}
