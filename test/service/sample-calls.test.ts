import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { walkSites } from '../../src/clients/temporal/site-directory-walk.ts';
import { eventsOf } from '../support/calls.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Each sample call, submitted by HTTP, ends as its file expects: the whole service, as users run it.

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

/**
 * How each kind of match shows: its event in the log, the explanation for a dispatcher, and whether
 * ConnectWise is queried (contacts twice, companies once).
 */
const OF_MATCH: Readonly<Record<string, { event: string; words: RegExp; isLookedUp: boolean }>> = {
  MATCHED: { event: 'COMPANY_IDENTIFIED', words: /^The call was with /, isLookedUp: true },
  AMBIGUOUS: {
    event: 'COMPANY_AMBIGUOUS',
    words: /^Several companies in ConnectWise share this number, so none was chosen\./,
    isLookedUp: true,
  },
  UNKNOWN: {
    event: 'COMPANY_NOT_FOUND',
    words: /^No company in ConnectWise has this number\./,
    isLookedUp: true,
  },
  WITHHELD: {
    event: 'CALLER_WITHHELD',
    words: /^The caller withheld the number/,
    isLookedUp: false,
  },
  INTERNAL: { event: 'CALL_INTERNAL', words: /^A call between colleagues/, isLookedUp: false },
};

for (const provider of ['google', 'openai-compatible']) {
  describe(`the sample calls, transcribed by ${provider}`, () => {
    let service: Service;

    before(async () => {
      service = await startService({ env: { SPEECH_PROVIDER: provider } });
      // One of the samples is matched only by the number of a site.
      await walkSites(service.client);
    });
    after(() => service.stop());

    it('end as their files expect', async () => {
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

    it('have one party per channel, in time order, when there are two channels', async () => {
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

    it('cover every kind of match and outcome, each correctly logged, explained and looked up', async () => {
      const samples = await readSamples();
      const seen = new Set<string | undefined>();
      for (const { title, callRecordingId: callSid, expect } of samples) {
        const match = OF_MATCH[expect['companyMatch'] ?? ''];
        assert.ok(match !== undefined, title);
        seen.add(expect['companyMatch']).add(expect['outcome']);
        assert.ok((await eventsOf(service, callSid)).includes(match.event), title);
        const hits = await service.sandbox.hitsOf(callSid);
        assert.equal(hits['connectwise.contacts.list'], match.isLookedUp ? 2 : undefined, title);
        const { body } = await service.request('GET', `/calls/${callSid}`);
        const explanation = String(body['explanation']);
        if (expect['status'] === 'COMPLETED') assert.match(explanation, match.words);
        else assert.match(explanation, /^What was said could not be analysed\. .*LLM_API_KEY/);
        if (expect['outcome'] === 'NO_SPEECH') assert.match(explanation, /Nobody spoke/);
      }
      assert.deepEqual(
        seen,
        new Set([...Object.keys(OF_MATCH), 'ANALYZED', 'NO_SPEECH', undefined]),
      );
    });
  });
}
