// The control plane refuses what it would otherwise ignore, with a sentence that says what to fix;
// and the sample that is meant to fail fails exactly once.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

describe('sandbox control plane', () => {
  let dataDir: string;
  let sandbox: Sandbox;

  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sandbox-control-api-'));
    sandbox = await startSandbox({ dataDir });
  });

  after(async () => {
    await sandbox?.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function send(method: string, path: string, body?: unknown) {
    const response = await fetch(sandbox.addresses.controlUrl + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, content: text === '' ? null : JSON.parse(text) };
  }

  it('refuses unknown fields and impossible values, naming each', async () => {
    const key = { callRecordingId: '1.1', recordgroup: '1', recordid: '1' };
    const tone = { generate: { kind: 'tone', seconds: 1 } };
    const refused: [string, unknown, RegExp][] = [
      ['/faults', { system: 'fax', action: { hang: true } }, /system/],
      ['/faults', { system: 'storage', action: { hangs: true } }, /hangs/],
      ['/faults', undefined, /./],
      ['/recordings', { ...key, audio: tone, wrds: [] }, /wrds/],
      ['/recordings', { ...key, audio: { generate: { kind: 'tone' } } }, /audio/],
      ['/recordings', { ...key, audio: { file: 'none.wav' } }, /no audio file none\.wav/],
      ['/recordings', { ...key, audio: tone, words: [], transcript: 'x' }, /not both/],
      ['/connectwise', { companies: 'none' }, /companies/],
      [
        '/connectwise',
        { contacts: [{ id: 900_001, firstName: 'A', company: { id: 900_002 } }] },
        /900002/,
      ],
    ];
    for (const [path, body, why] of refused) {
      const { status, content } = await send('POST', path, body);
      assert.equal(status, 400, JSON.stringify(content));
      assert.match(content.error, why);
    }
    assert.equal((await send('GET', '/nothing')).status, 404);
  });

  it('lists faults, removes one or all, and answers 404 when there is nothing to remove', async () => {
    await send('POST', '/reset');
    const fault = {
      system: 'speech',
      operation: 'GetOperation',
      action: { status: 'UNAVAILABLE' },
    };
    const { content } = await send('POST', '/faults', fault);
    assert.deepEqual((await send('GET', '/faults')).content, [
      { ...fault, id: content.id, times: 1, skip: 0 },
    ]);
    assert.equal((await send('DELETE', `/faults/${content.id}`)).status, 204);
    assert.equal((await send('DELETE', `/faults/${content.id}`)).status, 404);
    await send('POST', '/faults', fault);
    await send('POST', '/faults', fault);
    assert.equal((await send('DELETE', '/faults')).status, 204);
    assert.deepEqual((await send('GET', '/faults')).content, []);
  });

  it('adds a recording that the phone system then serves', async () => {
    const { status, content } = await send('POST', '/recordings', {
      callRecordingId: '8.8',
      recordgroup: '8',
      recordid: '88',
      metadata: { snumber: '02079460187' },
      transcript: 'Hello there',
      audio: { generate: { kind: 'tone', seconds: 1, channels: 2 } },
    });
    assert.equal(status, 201);
    assert.equal(content.sizeBytes, 44 + 32_000);
    const { samples } = (await send('GET', '/samples')).content;
    assert.deepEqual(samples.at(-1), {
      title: '8.8',
      hasWords: true,
      callRecordingId: '8.8',
      recordgroup: '8',
      recordid: '88',
      expect: { status: 'COMPLETED' },
    });
  });

  it("refuses only the failing sample's analysis, once, as OpenAI refuses a key", async () => {
    // A sandbox of its own, because other tests here reset the faults.
    const ownDir = mkdtempSync(join(tmpdir(), 'sandbox-failing-'));
    const own = await startSandbox({ dataDir: ownDir });
    const environment = sandboxEnvironment(own.addresses);
    const ask = async (transcript: string): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${environment['LLM_BASE_URL']}/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${environment['LLM_API_KEY']}`,
        },
        body: JSON.stringify({
          model: environment['LLM_MODEL'],
          messages: [{ role: 'user', content: `Transcript: ${transcript}` }],
        }),
      });
      return { status: response.status, text: await response.text() };
    };
    try {
      const other = await ask(
        'Hello, the printer at reception has stopped working. It says offline.',
      );
      assert.equal(other.status, 200);
      const words =
        'Our accounting server is very slow today. I see a backup job running during your working hours. That is our mistake. Can you please stop it? We close the quarter tonight.';
      const refused = await ask(words);
      assert.equal(refused.status, 401);
      assert.equal(typeof JSON.parse(refused.text).error.message, 'string');
      assert.equal((await ask(words)).status, 200);
    } finally {
      await own.stop();
      rmSync(ownDir, { recursive: true });
    }
  });
});
