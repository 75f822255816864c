// Guarantees that the company of a number is found in the sandbox's ConnectWise, despite formatting, pitfalls and faults.
import assert from 'node:assert/strict';

import { matchCompany } from '../../../src/domain/company-match.ts';
import { createConnectWise, type ConnectWise } from '../../../src/clients/connectwise/client.ts';
import { lookupInWords } from '../../support/lookup-in-words.ts';
import { emptyQueue } from '../../support/request-queue.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../../support/temporary-sandbox.ts';

const { signal } = new AbortController();

describe('the ConnectWise client against the sandbox', () => {
  let sandbox: TemporarySandbox;
  let connectwise: ConnectWise;

  before(async () => {
    sandbox = await startTemporarySandbox();
    connectwise = createConnectWise(toConfig(sandbox.env('CONNECTWISE_PRIVATE_KEY')), emptyQueue);
  });
  after(() => sandbox.stop());

  function toConfig(privateKey: string) {
    return {
      url: sandbox.env('CONNECTWISE_URL'),
      companyId: sandbox.env('CONNECTWISE_COMPANY_ID'),
      publicKey: sandbox.env('CONNECTWISE_PUBLIC_KEY'),
      privateKey,
      clientId: sandbox.env('CONNECTWISE_CLIENT_ID'),
      // High enough that the limit never matters here.
      requestsPerMinute: 100_000,
    };
  }

  for (const [number, expected] of [
    ['+442079460101', 'MATCHED 250'], // 020 7946 0101; a German number has the same ending, a fax line the same number
    ['+442079460102', 'MATCHED 250'], // +44 (0)20 7946 0102
    ['+441614960103', 'MATCHED 250'], // (0161) 496-0103, not the default
    ['+442079460104', 'MATCHED 250'], // 02079460104
    ['+442079460105', 'UNKNOWN'], // a fax line
    ['+441614960110', 'MATCHED 251'], // (0161) 496-0110 x12
    ['+441614960112', 'UNKNOWN'], // an inactive contact
    ['+441614960113', 'UNKNOWN'], // a telephone item whose type is Fax
    ['+442079460120', 'MATCHED 252'], // a company with an inactive status
    ['+442079460121', 'MATCHED 252'], // 0044 20 7946 0121
    ['+442079460122', 'MATCHED 252'], // 020-7946-0122 ext 4
    ['+12125550123', 'MATCHED 253'], // (212) 555-0123 in the United States
    ['+12125550124', 'MATCHED 253'], // 212.555.0124 of a contact there
    ['+441614960150', 'AMBIGUOUS 254,255'],
    ['+441614960161', 'MATCHED 257'], // 0161 4960161
    ['+442079460140', 'UNKNOWN'], // a deleted company
    ['+442079460141', 'UNKNOWN'], // a contact of that company
    ['+442079460170', 'UNKNOWN'], // the catch-all
    ['+442079460000', 'UNKNOWN'], // the MSP itself
    ['+35312345678', 'MATCHED 261'], // 01 234 5678 in Ireland
    ['+441614960181', 'MATCHED 262'], // two contacts of one company
    ['+442079460191', 'MATCHED 263'], // tel: 020 7946 0191
    ['+442079460195', 'UNKNOWN without company: 631'],
    ['+493079460101', 'MATCHED 256'], // +49 30 79460101
    ['+442079460999', 'UNKNOWN'],
  ] as const) {
    it(`looks up ${number}: ${expected}`, async () => {
      const candidates = await connectwise.findByPhone(number, [], signal);
      const excludedCompanyIds = sandbox.env('CONNECTWISE_EXCLUDED_COMPANY_IDS').split(',');
      const rules = { region: 'GB', excludedCompanyIds, siteCountries: new Map() } as const;
      const lookup = matchCompany({ ...candidates, ...rules, number, siteCompanyIds: [] });
      assert.equal(lookupInWords(lookup), expected);
    });
  }

  it('takes three requests per lookup', async () => {
    const requests = async () =>
      (await sandbox.hits('connectwise.contacts.list')) +
      (await sandbox.hits('connectwise.companies.list'));
    const before = await requests();
    await connectwise.findByPhone('+442079460101', [], signal);
    assert.equal((await requests()) - before, 3);
  });

  it('recognises the 404 for wrong keys as refused credentials', async () => {
    const client = createConnectWise(toConfig('wrong'), emptyQueue);
    const code = 'CONNECTWISE_CREDENTIALS_REFUSED';
    await assert.rejects(client.findByPhone('+442079460101', [], signal), { code });
  });

  it('passes on how long ConnectWise asks it to wait', async () => {
    await sandbox.fault({
      system: 'connectwise',
      operation: 'contacts.list',
      action: { status: 429, headers: { 'retry-after': '7' } },
    });
    await assert.rejects(connectwise.findByPhone('+442079460101', [], signal), {
      code: 'CONNECTWISE_RATE_LIMITED',
      retryAfterMs: 7_000,
    });
  });

  it('treats a truncated reply as an outage', async () => {
    await sandbox.fault({ system: 'connectwise', action: { cutAfterBytes: 1 } });
    const code = 'CONNECTWISE_UNAVAILABLE';
    await assert.rejects(connectwise.findByPhone('+442079460101', [], signal), { code });
  });
});
