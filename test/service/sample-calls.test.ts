import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Each sample call, sent by HTTP, ends as its file says: the whole service as its users run it.

type SampleFile = {
  readonly title: string;
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
  readonly expect: Readonly<Record<string, string>>;
};

const SAMPLES = join(import.meta.dirname, '../../sandbox/samples');

async function readSamples(): Promise<SampleFile[]> {
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith('.json')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(SAMPLES, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as SampleFile);
}

for (const provider of ['google', 'openai-compatible']) {
  describe(`the sample calls, transcribed by ${provider}`, () => {
    let service: Service;

    before(async function () {
      this.timeout(120_000);
      service = await startService({ env: { SPEECH_PROVIDER: provider } });
    });
    after(() => service.stop());

    it('end as their files say', async function () {
      this.timeout(60_000);
      const samples = await readSamples();
      assert.ok(samples.length >= 8);
      for (const { callRecordingId, recordgroup, recordid } of samples) {
        const body = { callRecordingId, recordgroup, recordid };
        const reply = await service.request('POST', '/calls', body);
        assert.equal(reply.status, 202);
      }
      for (const sample of samples) {
        const path = `/calls/${sample.callRecordingId}`;
        const call = await waitFor(`${sample.title} to end`, async () => {
          const { body } = await service.request('GET', path);
          return body['status'] === sample.expect['status'] ? body : null;
        });
        const failure = call['failure'] as { step: string; code: string } | null;
        const company = call['company'] as { name: string } | null;
        assert.deepEqual(
          {
            title: sample.title,
            outcome: call['outcome'],
            companyMatch: call['companyMatch'],
            company: company?.name ?? null,
            failedStep: failure?.step ?? null,
            failureCode: failure?.code ?? null,
          },
          {
            title: sample.title,
            outcome: sample.expect['outcome'] ?? null,
            companyMatch: sample.expect['companyMatch'] ?? null,
            company: sample.expect['company'] ?? null,
            failedStep: sample.expect['failedStep'] ?? null,
            failureCode: sample.expect['failureCode'] ?? null,
          },
        );
      }
    });

    it('have one party a channel, in turn, where there are two channels', async () => {
      const { body } = await service.request('GET', '/calls/1772445107.1042/transcript');
      const segments = body['segments'] as {
        channel: number;
        startSeconds: number;
        text: string;
      }[];
      assert.deepEqual([...new Set(segments.map(({ channel }) => channel))], [1, 2]);
      assert.deepEqual(
        segments,
        segments.toSorted((a, b) => a.startSeconds - b.startSeconds),
      );
      assert.match(segments.find(({ channel }) => channel === 2)?.text ?? '', /hear/);
    });
  });
}
