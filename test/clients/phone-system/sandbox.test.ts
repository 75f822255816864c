// Guarantees that a sample recording is fetched from the sandbox's phone system byte for byte, in every form of reply, and that scripted faults are reported with the right codes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPhoneSystem } from '../../../src/clients/phone-system/client.ts';
import type { CallKey } from '../../../src/domain/call.ts';
import type { SandboxClient } from '../../support/sandbox-client.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../../support/temporary-sandbox.ts';
import { createReceiver, never } from './support.ts';

const SAMPLES = join(import.meta.dirname, '../../../sandbox/samples');
const SAMPLE = '02-email-two-channels';

describe("the phone system client against the sandbox's phone system", () => {
  let sandbox: TemporarySandbox;
  let control: SandboxClient;
  let key: CallKey;
  let wav: Buffer;

  function createClient(password = sandbox.env('PHONE_SYSTEM_PASSWORD')) {
    const username = sandbox.env('PHONE_SYSTEM_USERNAME');
    return createPhoneSystem({
      url: sandbox.env('PHONE_SYSTEM_URL'),
      username,
      password,
      maxBytes: 50_000_000,
    });
  }

  async function fetchRecording(call: CallKey, password?: string) {
    const client = createClient(password);
    const receiver = createReceiver();
    try {
      const fetched = await client.fetchRecording(call, receiver.receive, never);
      return { ...fetched, audio: receiver.received() };
    } finally {
      await client.close();
    }
  }

  before(async () => {
    sandbox = await startTemporarySandbox();
    control = sandbox.client;
    const { callRecordingId, recordgroup, recordid } = JSON.parse(
      await readFile(join(SAMPLES, `${SAMPLE}.json`), 'utf8'),
    ) as { callRecordingId: string; recordgroup: string; recordid: string };
    key = { callSid: callRecordingId, recordgroup, recordid };
    wav = await readFile(join(SAMPLES, `${SAMPLE}.wav`));
  });
  after(() => sandbox.stop());

  it('fetches a sample byte for byte', async () => {
    const { audio, sizeBytes, sha256, metadata } = await fetchRecording(key);
    assert.ok(audio.equals(wav));
    assert.deepEqual(
      [sizeBytes, sha256],
      [wav.length, createHash('sha256').update(wav).digest('hex')],
    );
    assert.equal(metadata.startedAt?.getTime(), Math.trunc(Number(key.callSid)) * 1000);
  });

  it('fetches it in every form of reply', async () => {
    let id = 0;
    for (const data of ['nested', 'flat']) {
      for (const responses of ['array', 'object']) {
        for (const facts of ['before', 'after']) {
          const asked = {
            callSid: `1700000100.${(id += 1)}`,
            recordgroup: 'forms',
            recordid: String(id),
          };
          await control.addRecording({
            callRecordingId: asked.callSid,
            recordgroup: asked.recordgroup,
            recordid: asked.recordid,
            reply: { data, responses, facts },
            metadata: { snumber: '02079460001' },
            audio: { base64: wav.toString('base64') },
          });
          const { audio, metadata } = await fetchRecording(asked);
          assert.ok(audio.equals(wav), `${data} ${responses} ${facts}`);
          assert.equal(metadata.snumber, '02079460001');
        }
      }
    }
  });

  const faults = [
    [{ status: 503 }, 'PHONE_SYSTEM_UNAVAILABLE'],
    [{ status: 429 }, 'PHONE_SYSTEM_RATE_LIMITED'],
    [{ envelopeCode: 404 }, 'RECORDING_NOT_FOUND'],
    [{ reset: true }, 'PHONE_SYSTEM_UNAVAILABLE'],
    [{ cutAfterBytes: 20_000 }, 'PHONE_SYSTEM_UNAVAILABLE'],
    [{ body: '<html>login</html>' }, 'PHONE_SYSTEM_UNAVAILABLE'],
    [{ claimSha1: '0'.repeat(40) }, 'RECORDING_CORRUPT'],
    [{ claimSize: 1 }, 'RECORDING_CORRUPT'],
    [{ base64: 'bad-alphabet' }, 'RECORDING_CORRUPT'],
    [{ base64: 'bad-length' }, 'RECORDING_CORRUPT'],
    [{ base64: 'data-uri' }, 'RECORDING_CORRUPT'],
  ] as const;
  for (const [action, code] of faults) {
    it(`reports the fault ${JSON.stringify(action)} as ${code} after one request`, async () => {
      const requests = await sandbox.hits('phoneSystem.recordings.get');
      await sandbox.fault({ system: 'phoneSystem', operation: 'recordings.get', action });
      await assert.rejects(fetchRecording(key), { name: 'ServiceError', code });
      assert.equal(await sandbox.hits('phoneSystem.recordings.get'), requests + 1);
    });
  }

  it('distinguishes a wrong password from a wrong recordgroup', async () => {
    await assert.rejects(fetchRecording(key, 'wrong'), {
      code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED',
    });
    await assert.rejects(fetchRecording({ ...key, recordgroup: 'other' }), {
      code: 'RECORDING_NOT_FOUND',
    });
  });
});
