// Guarantees what the ConnectWise client requests, and that it reads every page and every company.
import assert from 'node:assert/strict';

import { NUMBER, createConnectWiseRig } from './support.ts';
import { sendJson } from '../../support/http-server.ts';

const { signal } = new AbortController();
const rig = createConnectWiseRig();

describe('the ConnectWise client', () => {
  afterEach(() => rig.close());

  it('authenticates with both keys and the client ID, and pins the API version', async () => {
    await (
      await rig.clientOf((_, response) => sendJson(response, []))
    ).findByPhone(NUMBER, [], signal);
    const { headers, method } = rig.sent(0);
    assert.equal(method, 'GET');
    assert.equal(headers.authorization, `Basic ${btoa('msp+public:private')}`);
    assert.equal(headers['clientid'], 'client-guid');
    assert.match(
      headers.accept ?? '',
      /^application\/vnd\.connectwise\.com\+json; version=\d{4}\.\d/,
    );
  });

  it('searches both phone fields of contacts, and companies, by the last digits with wildcards in between', async () => {
    const client = await rig.clientOf((_, response) => sendJson(response, []));
    await client.findByPhone(NUMBER, [], signal);
    const queries = [0, 1, 2].map((index) => new URL(rig.sent(index).url, 'http://localhost'));
    const digits = '"%7%9%4%6%1%2%3%4%"';
    assert.deepEqual(
      queries.map(({ pathname, searchParams }) => [
        pathname.replace('/v4_6_release/apis/3.0/company/', ''),
        searchParams.get('conditions'),
        searchParams.get('childConditions'),
      ]),
      [
        [
          'contacts',
          'inactiveFlag=false',
          `communicationItems/value like ${digits} and communicationItems/communicationType="Phone"`,
        ],
        ['contacts', `defaultPhoneNbr like ${digits} and inactiveFlag=false`, null],
        ['companies', `phoneNumber like ${digits}`, null],
      ],
    );
    assert.equal(rig.requests().length, 3);
  });

  it('encodes the query so that it contains no plus and no bare percent sign', async () => {
    const client = await rig.clientOf((_, response) => sendJson(response, []));
    await client.findByPhone(NUMBER, [], signal);
    assert.ok(rig.requests().every(({ url }) => !url.includes('+')));
    assert.match(rig.sent(0).url, /like%20%22%257%259%25/);
  });

  it('requests no names of people', async () => {
    const client = await rig.clientOf((_, response) => sendJson(response, []));
    await client.findByPhone(NUMBER, [], signal);
    assert.ok(rig.requests().every(({ url }) => !/firstName|lastName/.test(url)));
  });

  it('looks up the companies of the contacts it found', async () => {
    const client = await rig.clientOf(({ pathname, searchParams }, response) => {
      if (pathname.endsWith('/contacts')) {
        const value = searchParams.has('childConditions') ? '020 7946 1234' : '020 7946 9999';
        const communicationItems = [
          { value, communicationType: 'Phone', type: { name: 'Direct' } },
        ];
        sendJson(response, [{ id: 1, company: { id: 10, name: 'x' }, communicationItems }]);
      } else {
        assert.match(searchParams.get('conditions') ?? '', / or id in \(10\)$/);
        sendJson(response, [{ id: 10, name: 'Ten', deletedFlag: false }]);
      }
    });
    const { contacts, companies } = await client.findByPhone(NUMBER, [], signal);
    assert.deepEqual(
      contacts.map(({ companyId, phones }) => [companyId, phones]),
      [
        ['10', [{ value: '020 7946 1234', typeName: 'Direct' }]],
        ['10', [{ value: '020 7946 9999', typeName: 'Direct' }]],
      ],
    );
    assert.deepEqual(companies, [
      { id: '10', name: 'Ten', deleted: false, countryName: null, phoneNumber: null },
    ]);
  });

  it('counts only the phone items of a contact, whatever the server returns', async () => {
    for (const communicationType of ['Email', 'Fax', null]) {
      const item = { value: '020 7946 1234', communicationType, type: { name: 'Direct' } };
      const contact = { id: 1, company: { id: 10 }, communicationItems: [item] };
      const client = await rig.clientOf(({ pathname }, response) =>
        sendJson(response, pathname.endsWith('/contacts') ? [contact] : [{ id: 10, name: 'Ten' }]),
      );
      const { contacts } = await client.findByPhone(NUMBER, [], signal);
      assert.ok(contacts.length > 0 && contacts.every(({ phones }) => phones.length === 0));
    }
  });

  it('looks up any number of companies, a hundred at a time', async () => {
    const client = await rig.clientOf(({ pathname, searchParams }, response) => {
      const ids = /\(([\d,]+)\)/.exec(searchParams.get('conditions') ?? '')?.[1]?.split(',') ?? [];
      assert.ok(ids.length <= 100);
      const companies = ids.map((id) => ({ id: Number(id), name: `Company ${id}` }));
      const contacts = Array.from({ length: 250 }, (_, index) => ({
        id: index + 1,
        company: { id: index + 1 },
        defaultPhoneNbr: index === 249 ? '020 7946 1234' : '07 9 46 12 34',
      }));
      sendJson(response, pathname.endsWith('/contacts') ? contacts : companies);
    });
    const { contacts, companies } = await client.findByPhone(NUMBER, [], signal);
    assert.deepEqual(contacts.at(-1)?.phones, [{ value: '020 7946 1234', typeName: null }]);
    assert.deepEqual(
      companies.map(({ id }) => Number(id)),
      Array.from({ length: 250 }, (_, index) => index + 1),
    );
    assert.equal(rig.requests().length, 5);
  });

  it('reads on while Link names a next page, even if the page is short', async () => {
    const client = await rig.clientOf(({ pathname, searchParams }, response) => {
      const page = Number(searchParams.get('page'));
      if (pathname.endsWith('/contacts')) return sendJson(response, []);
      const link = page < 3 ? '<http://elsewhere.invalid/next>; rel="next"' : '<x>; rel="first"';
      const phoneNumber = page === 3 ? '020 7946 1234' : '07 9 46 12 34';
      return sendJson(response, [{ id: page, name: `Page ${page}`, phoneNumber }], 200, { link });
    });
    const { companies } = await client.findByPhone(NUMBER, [], signal);
    assert.deepEqual(
      companies.map(({ name }) => name),
      ['Page 1', 'Page 2', 'Page 3'],
    );
  });

  it('reads on after a full page when there is no Link', async () => {
    const client = await rig.clientOf(({ pathname, searchParams }, response) => {
      if (pathname.endsWith('/contacts')) return sendJson(response, []);
      const isFirst = searchParams.get('page') === '1';
      const length = isFirst ? Number(searchParams.get('pageSize')) : 1;
      const companies = Array.from({ length }, (_, index) => ({
        id: isFirst ? index + 1 : 5000,
        name: 'Company',
        phoneNumber: isFirst ? '07 9 46 12 34' : '020 7946 1234',
      }));
      return sendJson(response, companies);
    });
    const { companies } = await client.findByPhone(NUMBER, [], signal);
    assert.equal(companies.at(-1)?.id, '5000');
  });
});
